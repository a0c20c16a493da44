import ECSAPI
import Testing
import WireProtocol

@testable import ECSService

@Suite struct CreateServiceTests {
    @Test func theSameRequestAnswersTheServiceAndAnotherIsRefused() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.definition()
            let first = try await fixture.service("web", desiredCount: 2)
            #expect(try await fixture.service("web", desiredCount: 2)?.createdAt == first?.createdAt)
            #expect(
                try await fixture.code { try await fixture.service("web", desiredCount: 3) }
                    == "InvalidParameterException")
            _ = try await fixture.aws.call(ECS.UpdateService.self, .init(service: "web", desiredCount: 1))
            #expect(
                try await fixture.code { try await fixture.service("web", desiredCount: 2) }
                    == "InvalidParameterException")
        }
    }

    @Test func whatAWSRefusesIsRefused() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.definition()
            try await fixture.fargateDefinition()
            let group = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/0123456789abcdef"
            let balancer = ECS.LoadBalancer(targetGroupArn: group, containerName: "app", containerPort: 80)
            let refused: [(ECS.CreateServiceRequest, String)] = [
                (.init(serviceName: "a b", taskDefinition: "web"), "Invalid service name"),
                (.init(serviceName: "web"), "TaskDefinition can not be blank."),
                (.init(serviceName: "web", taskDefinition: "web", desiredCount: -1), "desiredCount"),
                (
                    .init(serviceName: "web", taskDefinition: "web", healthCheckGracePeriodSeconds: 5),
                    "Health check grace period is only valid"
                ),
                (.init(serviceName: "web", taskDefinition: "web", loadBalancers: [balancer]), "container port 80"),
                (
                    .init(
                        serviceName: "web", taskDefinition: "web",
                        loadBalancers: [.init(targetGroupArn: group, containerName: "other", containerPort: 80)]),
                    "The container other does not exist"
                ),
                (
                    .init(
                        serviceName: "web", taskDefinition: "web", loadBalancers: [.init(loadBalancerName: "classic")]),
                    "loadBalancerName"
                ),
                (
                    .init(
                        serviceName: "web", taskDefinition: "fargate", launchType: .fargate, role: "deployer",
                        networkConfiguration: Fixture.network),
                    "You cannot specify an IAM role"
                ),
                (
                    .init(
                        serviceName: "web", taskDefinition: "web",
                        deploymentConfiguration: .init(maximumPercent: 100, minimumHealthyPercent: 100)),
                    "Both maximumPercent and minimumHealthyPercent"
                ),
                (
                    .init(
                        serviceName: "web", taskDefinition: "web", loadBalancers: [.init()],
                        deploymentConfiguration: .init(strategy: .blueGreen)),
                    "advancedConfiguration field is required"
                ),
                (
                    .init(serviceName: "web", taskDefinition: "web", deploymentController: .init(type: .codeDeploy)),
                    "exactly one load balancer"
                ),
                (
                    .init(serviceName: "web", taskDefinition: "web", desiredCount: 1, schedulingStrategy: .daemon),
                    "does not support a desired count"
                ),
                (
                    .init(
                        serviceName: "web", taskDefinition: "fargate", launchType: .fargate,
                        networkConfiguration: Fixture.network, schedulingStrategy: .daemon),
                    "FARGATE"
                ),
                (
                    .init(
                        serviceName: "web", taskDefinition: "fargate", launchType: .fargate,
                        networkConfiguration: .init(awsvpcConfiguration: .init(subnets: []))),
                    "subnets can not be empty."
                ),
                (
                    .init(
                        serviceName: "web", taskDefinition: "fargate", launchType: .fargate,
                        networkConfiguration: .init(awsvpcConfiguration: .init(subnets: ["here"]))),
                    "InvalidSubnetID.NotFound"
                ),
            ]
            for (input, words) in refused {
                let error = try await fixture.error { _ = try await fixture.aws.call(ECS.CreateService.self, input) }
                #expect(error?.code == "InvalidParameterException", "\(words)")
                #expect(error?.message.contains(words) == true, "\(error?.message ?? "accepted"), not \(words)")
            }
            #expect(try await fixture.aws.call(ECS.ListServices.self, .init()).serviceArns == [])
        }
    }

    @Test func aDaemonHasOneTaskOnTheMachine() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.definition()
            let service = try await fixture.aws.call(
                ECS.CreateService.self, .init(serviceName: "agent", taskDefinition: "web", schedulingStrategy: .daemon)
            ).service
            #expect(service?.desiredCount == 1)
            #expect(service?.schedulingStrategy == .daemon)
            #expect(service?.deploymentConfiguration?.minimumHealthyPercent == 0)
            #expect(service?.deploymentConfiguration?.maximumPercent == 100)
            try await fixture.runTasks()
            #expect(try await fixture.tasks(of: "agent").count == 1)
            let code = try await fixture.code {
                _ = try await fixture.aws.call(ECS.UpdateService.self, .init(service: "agent", desiredCount: 2))
            }
            #expect(code == "InvalidParameterException")
        }
    }

    @Test func listsAreFilteredAndPaged() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.definition()
            for number in 0..<12 { try await fixture.service("s\(number)") }
            let first = try await fixture.aws.call(ECS.ListServices.self, .init())
            #expect(first.serviceArns?.count == 10)
            let rest = try await fixture.aws.call(ECS.ListServices.self, .init(nextToken: first.nextToken))
            #expect(rest.serviceArns?.count == 2)
            #expect(rest.nextToken == nil)
            let fargate = try await fixture.aws.call(ECS.ListServices.self, .init(launchType: .fargate))
            #expect(fargate.serviceArns == [])
            for input: ECS.ListServicesRequest in [.init(maxResults: 0), .init(maxResults: 101), .init(nextToken: "x")]
            {
                let code = try await fixture.code { _ = try await fixture.aws.call(ECS.ListServices.self, input) }
                #expect(code == "InvalidParameterException")
            }
        }
    }
}
