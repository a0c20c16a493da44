import CodeDeployService
import DeploymentEngine
import Testing

@Suite struct AppSpecTests {
    private static let resource = """
        Resources:
          - TargetService:
              Type: AWS::ECS::Service
              Properties:
                TaskDefinition: arn:aws:ecs:us-east-1:123456789012:task-definition/app:2
                LoadBalancerInfo:
                  ContainerName: web
                  ContainerPort: 80

        """

    @Test func readsEveryMember() throws {
        let spec = try AppSpec(
            parsing: """
                version: 0.0
                Resources:
                  - Anything:
                      Type: AWS::ECS::Service
                      Properties:
                        TaskDefinition: "app:2"
                        LoadBalancerInfo: {ContainerName: "web", ContainerPort: 8080}
                        PlatformVersion: "1.4.0"
                        NetworkConfiguration:
                          AwsvpcConfiguration: {Subnets: ["subnet-1"], SecurityGroups: ["sg-1"], AssignPublicIp: "ENABLED"}
                        CapacityProviderStrategy: [{Base: 0, CapacityProvider: "spot", Weight: 1}]
                Hooks:
                  - AfterInstall: "check:live"
                  - BeforeInstall: "arn:aws:lambda:us-east-1:123456789012:function:prepare"
                """)
        #expect(
            spec.replacement
                == .init(
                    taskDefinition: "app:2", containerName: "web", containerPort: 8080, platformVersion: "1.4.0",
                    network: .init(subnets: ["subnet-1"], securityGroups: ["sg-1"], assignPublicIP: "ENABLED"),
                    capacityProviders: [.init(name: "spot", weight: 1, base: 0)]))
        #expect(spec.hooks.map(\.event) == [.beforeInstall, .afterInstall])
        #expect(spec.hooks.map(\.function) == ["arn:aws:lambda:us-east-1:123456789012:function:prepare", "check:live"])
    }

    @Test(arguments: ["version: 0.0\n", "version: \"0.0\"\n", "version: 0\n", "version: 1.0\n", ""])
    func acceptsTheVersion(_ version: String) throws {
        #expect(try AppSpec(parsing: version + Self.resource).replacement.containerPort == 80)
    }

    @Test func readsJSONWithNumbersAndLowerCaseKeys() throws {
        let spec = try AppSpec(
            parsing: """
                {"version": 0.0, "resources": [{"TargetService": {"type": "AWS::ECS::Service", "properties": {
                  "taskDefinition": "app:2", "loadBalancerInfo": {"containerName": "web", "containerPort": "80"}}}}],
                 "hooks": {"AfterAllowTraffic": "done", "BeforeInstall": ""}}
                """)
        #expect(spec.replacement.containerPort == 80)
        #expect(spec.hooks.map(\.function) == ["done"])
    }

    @Test func readsYAMLThatBeginsLikeJSON() throws {
        let spec = try AppSpec(
            parsing: """
                {version: 0.0, Resources: [{TargetService: {Type: "AWS::ECS::Service", Properties: {
                  TaskDefinition: "app:2", LoadBalancerInfo: {ContainerName: web, ContainerPort: 80}}}}],
                 Hooks: [{AfterInstall: check}]}
                """)
        #expect(spec.replacement.taskDefinition == "app:2")
        #expect(spec.hooks.map(\.function) == ["check"])
    }

    @Test(arguments: ["[", "{a: ", "- ", "{\"a\": "])
    func refusesWhatIsNestedWithoutEnd(_ opening: String) {
        #expect(throws: AppSpecError.self) {
            try AppSpec(parsing: String(repeating: opening, count: 50_000))
        }
    }

    @Test(arguments: [
        ("", "empty"), ("text", "The AppSpec file must be a map"), ("a: [", "not well-formed yaml"),
        ("{\"a\": ", "not well-formed JSON"),
        ("version: 0.0\n", "Resources"),
        ("version: 2.0\n", "version"),
        ("Resources:\n  - A:\n      Type: AWS::Lambda::Function\n      Properties: {}\n", "Resources.A.Type"),
        (
            "Resources:\n  - A:\n      Type: AWS::ECS::Service\n      Properties: {}\n",
            "Resources.A.Properties.TaskDefinition"
        ),
        (
            "Resources:\n  - A:\n      Type: AWS::ECS::Service\n      Properties:\n        TaskDefinition: <TASK_DEFINITION>\n",
            "<TASK_DEFINITION>"
        ),
        (
            "Resources:\n  - A:\n      Type: AWS::ECS::Service\n      Properties:\n        TaskDefinition: a:1\n"
                + "        LoadBalancerInfo: {ContainerName: web, ContainerPort: 0}\n", "LoadBalancerInfo.ContainerPort"
        ),
        (Self.resource + "Hooks:\n  - Install: f\n", "Hooks.Install"),
        (Self.resource + "Hooks:\n  - Nothing: f\n", "Hooks.Nothing"),
        (Self.resource + "Hooks:\n  - AfterInstall: f\n  - AfterInstall: g\n", "Hooks.AfterInstall"),
        (Self.resource + "Hooks:\n  - AfterInstall: [f, g]\n", "Hooks.AfterInstall"),
        (Self.resource + "Hook: {}\n", "Hook"),
    ])
    func namesWhatIsWrong(_ text: String, _ part: String) {
        let error = #expect(throws: AppSpecError.self) { try AppSpec(parsing: text) }
        #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
    }

    @Test func refusesAliasesThatMultiply() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x]\n"
        for level in 1...8 {
            let alias = "*a\(level - 1)"
            text += "a\(level): &a\(level) [\(Array(repeating: alias, count: 8).joined(separator: ", "))]\n"
        }
        #expect(throws: AppSpecError.self) { try AppSpec(parsing: text) }
    }
}
