internal import CodeDeployAPI
internal import ECSAPI
internal import ELBv2API
internal import LambdaAPI
internal import Model
internal import WireProtocol

/// The resources of the demo, made through the public API: what a user would type as `aws` commands.
struct DemoStack: Sendable {
    static let cluster = "demo"
    static let service = "web"
    static let application = "AppECS-demo-web"
    static let group = "DgpECS-demo-web"
    static let configuration = "Linear10PercentEveryMinute"
    static let hooks = (accept: "demo-accept", verify: "demo-verify")

    let aws: AWSClient
    /// This program: the tasks and the hook functions run it.
    let executable: String
    let productionPort: Int
    let testPort: Int
    /// What the hook after the shift reports.
    let finalVerdict: CodeDeploy.LifecycleEventStatus

    private var roleARN: String { self.aws.scope.globalARN("iam", "role/demo").description }

    /// Makes everything but the deployment; returns when v1 is in steady state behind the load balancer.
    /// - Returns: the two target groups, the one of v1 first.
    func create() async throws -> [ELBv2.TargetGroup] {
        let groups = try await self.createTargetGroups()
        let listeners = try await self.createListeners(groups)
        _ = try await self.aws.call(ECS.CreateCluster.self, .init(clusterName: Self.cluster))
        let taskDefinition = try await self.registerTaskDefinition(version: "v1")
        try await self.createService(taskDefinition, groups[0])
        try await self.createFunctions()
        try await self.createDeploymentGroup(groups, listeners)
        return groups
    }

    private func createTargetGroups() async throws -> [ELBv2.TargetGroup] {
        var groups: [ELBv2.TargetGroup] = []
        for name in ["demo-blue", "demo-green"] {
            let output = try await self.aws.call(
                ELBv2.CreateTargetGroup.self,
                .init(
                    name: name, protocol: .http, port: 80, vpcId: "vpc-0123456789abcdef0", healthCheckPath: "/health",
                    healthCheckIntervalSeconds: 5, healthCheckTimeoutSeconds: 2, healthyThresholdCount: 2,
                    targetType: .ip))
            guard let group = output.targetGroups?.first, let arn = group.targetGroupArn else {
                throw DemoFailure("CreateTargetGroup answered no group")
            }
            groups.append(group)
            _ = try await self.aws.call(
                ELBv2.ModifyTargetGroupAttributes.self,
                .init(targetGroupArn: arn, attributes: [.init(key: "deregistration_delay.timeout_seconds", value: "2")])
            )
        }
        return groups
    }

    private func createListeners(_ groups: [ELBv2.TargetGroup]) async throws -> [String] {
        let output = try await self.aws.call(
            ELBv2.CreateLoadBalancer.self,
            .init(name: "demo", subnets: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]))
        guard let loadBalancer = output.loadBalancers?.first?.loadBalancerArn else {
            throw DemoFailure("CreateLoadBalancer answered no load balancer")
        }
        var listeners: [String] = []
        for port in [self.productionPort, self.testPort] {
            let output = try await self.aws.call(
                ELBv2.CreateListener.self,
                .init(
                    loadBalancerArn: loadBalancer, protocol: .http, port: port,
                    defaultActions: [.init(type: .forward, targetGroupArn: groups[0].targetGroupArn)]))
            guard let listener = output.listeners?.first?.listenerArn else {
                throw DemoFailure("CreateListener answered no listener")
            }
            listeners.append(listener)
        }
        return listeners
    }

    /// - Returns: the ARN of the new revision.
    func registerTaskDefinition(version: String) async throws -> String {
        let output = try await self.aws.call(
            ECS.RegisterTaskDefinition.self,
            .init(
                family: Self.service, networkMode: .awsvpc,
                containerDefinitions: [
                    .init(
                        name: "app", image: "demo-app:\(version)", portMappings: [.init(containerPort: 80)],
                        essential: true,
                        entryPoint: [self.executable], command: ["demo-app", "--version", version])
                ],
                requiresCompatibilities: [.fargate], cpu: "256", memory: "512"))
        guard let arn = output.taskDefinition?.taskDefinitionArn else {
            throw DemoFailure("RegisterTaskDefinition answered no ARN")
        }
        return arn
    }

    private func createService(_ taskDefinition: String, _ group: ELBv2.TargetGroup) async throws {
        _ = try await self.aws.call(
            ECS.CreateService.self,
            .init(
                cluster: Self.cluster, serviceName: Self.service, taskDefinition: taskDefinition,
                loadBalancers: [.init(targetGroupArn: group.targetGroupArn, containerName: "app", containerPort: 80)],
                desiredCount: 3, launchType: .fargate,
                networkConfiguration: .init(
                    awsvpcConfiguration: .init(
                        subnets: ["subnet-0123456789abcdef0"], securityGroups: ["sg-0123456789abcdef0"])),
                deploymentController: .init(type: .codeDeploy)))
        try await self.waitForSteadyState()
    }

    private func waitForSteadyState() async throws {
        let clock = SystemWallClock()
        let deadline = clock.now() + .seconds(60)
        while clock.now() < deadline {
            let output = try await self.aws.call(
                ECS.DescribeServices.self, .init(cluster: Self.cluster, services: [Self.service]))
            if output.services?.first?.taskSets?.first?.stabilityStatus == .steadyState { return }
            try await clock.sleep(for: .milliseconds(100))
        }
        throw DemoFailure("v1 did not reach a steady state within 60 seconds")
    }

    private func createFunctions() async throws {
        var archive = ZipArchive()
        archive.add("bootstrap", Array("#!/bin/sh\nexec \"$TEAL_EXECUTABLE\" demo-hook\n".utf8), mode: 0o755)
        for (name, verdict) in [
            (Self.hooks.accept, CodeDeploy.LifecycleEventStatus.succeeded), (Self.hooks.verify, self.finalVerdict),
        ] {
            _ = try await self.aws.call(
                Lambda.CreateFunction.self,
                .init(
                    functionName: name, runtime: .providedAl2023, role: self.roleARN, handler: "bootstrap",
                    code: .init(zipFile: archive.bytes), timeout: 30,
                    environment: .init(variables: ["TEAL_EXECUTABLE": self.executable, "VERDICT": verdict.rawValue])))
        }
    }

    private func createDeploymentGroup(_ groups: [ELBv2.TargetGroup], _ listeners: [String]) async throws {
        _ = try await self.aws.call(
            CodeDeploy.CreateApplication.self, .init(applicationName: Self.application, computePlatform: .ecs))
        _ = try await self.aws.call(
            CodeDeploy.CreateDeploymentConfig.self,
            .init(
                deploymentConfigName: Self.configuration,
                trafficRoutingConfig: .init(
                    type: .timeBasedLinear, timeBasedLinear: .init(linearPercentage: 10, linearInterval: 1)),
                computePlatform: .ecs))
        _ = try await self.aws.call(
            CodeDeploy.CreateDeploymentGroup.self,
            .init(
                applicationName: Self.application, deploymentGroupName: Self.group,
                deploymentConfigName: Self.configuration, serviceRoleArn: self.roleARN,
                autoRollbackConfiguration: .init(enabled: true, events: [.deploymentFailure]),
                deploymentStyle: .init(deploymentType: .blueGreen, deploymentOption: .withTrafficControl),
                blueGreenDeploymentConfiguration: .init(
                    terminateBlueInstancesOnDeploymentSuccess: .init(
                        action: .terminate, terminationWaitTimeInMinutes: 1),
                    deploymentReadyOption: .init(actionOnTimeout: .continueDeployment)),
                loadBalancerInfo: .init(
                    targetGroupPairInfoList: [
                        .init(
                            targetGroups: groups.map { .init(name: $0.targetGroupName) },
                            prodTrafficRoute: .init(listenerArns: [listeners[0]]),
                            testTrafficRoute: .init(listenerArns: [listeners[1]]))
                    ]),
                ecsServices: [.init(serviceName: Self.service, clusterName: Self.cluster)]))
    }

    /// Starts the deployment of `taskDefinition` with a hook before and one after production traffic moves.
    /// - Returns: the deployment's id.
    func deploy(_ taskDefinition: String) async throws -> String {
        let appSpec = """
            version: 0.0
            Resources:
              - TargetService:
                  Type: AWS::ECS::Service
                  Properties:
                    TaskDefinition: "\(taskDefinition)"
                    LoadBalancerInfo:
                      ContainerName: "app"
                      ContainerPort: 80
            Hooks:
              - AfterAllowTestTraffic: "\(Self.hooks.accept)"
              - AfterAllowTraffic: "\(Self.hooks.verify)"
            """
        let output = try await self.aws.call(
            CodeDeploy.CreateDeployment.self,
            .init(
                applicationName: Self.application, deploymentGroupName: Self.group,
                revision: .init(revisionType: .appSpecContent, appSpecContent: .init(content: appSpec))))
        guard let id = output.deploymentId else { throw DemoFailure("CreateDeployment answered no id") }
        return id
    }
}

/// What the demo could not do, as shown to its viewer.
struct DemoFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
