internal import CodeDeployAPI
internal import DeploymentEngine
internal import ECSAPI
internal import ELBv2API
internal import Model
internal import Store
internal import WireProtocol

/// What ECS and ELBv2 say about the things that a deployment group names.
struct DeploymentGroupFacts {
    let aws: AWSClient
    let scope: Scope
    let rules: DeploymentGroupRules

    /// ARNs of the pair, in the order of the group.
    /// - Throws: `InvalidLoadBalancerInfoException` where one is missing.
    func targetGroups() async throws -> [ELBv2.TargetGroup] {
        var groups: [ELBv2.TargetGroup] = []
        for name in [self.rules.targetGroups.first, self.rules.targetGroups.second] {
            let found = try await self.found("target group \(name)") {
                try await self.aws.call(ELBv2.DescribeTargetGroups.self, .init(names: [name])).targetGroups?.first
            }
            groups.append(found)
        }
        return groups
    }

    /// Checks a group that is created or updated.
    /// - Parameter routing: of the group's deployment configuration.
    func check(routing: CodeDeploy.TrafficRoutingConfig?) async throws {
        let groups = try await self.targetGroups()
        try await self.checkService(groups)
        try await self.checkListeners(groups, routing: routing)
    }

    private func checkService(_ groups: [ELBv2.TargetGroup]) async throws {
        func refuse(_ text: String) -> any Error { CodeDeploy.Errors.invalidECSServiceException(text) }
        let (cluster, name) = (self.rules.cluster, self.rules.service)
        let service: ECS.Service?
        do {
            service = try await self.aws.call(
                ECS.DescribeServices.self, .init(cluster: cluster, services: [name])
            ).services?.first
        } catch let error as AWSError where error.status < 500 {
            throw refuse("The ECS service \(name) in cluster \(cluster) cannot be found: \(error.message)")
        }
        guard let service, service.status == "ACTIVE" else {
            throw refuse("The ECS service \(name) in cluster \(cluster) cannot be found or is not active.")
        }
        guard service.deploymentController?.type == .codeDeploy else {
            throw refuse("Deployment group's ECS service must be configured for a CODE_DEPLOY deployment controller.")
        }
        let primary = service.taskSets?.first { $0.status == "PRIMARY" }
        let used = primary?.targetGroup?.rawValue ?? service.loadBalancers?.first?.targetGroupArn
        guard groups.contains(where: { $0.targetGroupArn == used }) else {
            throw CodeDeploy.Errors.invalidTargetGroupPairException(
                DeploymentGroupRules.pairMessage + " The ECS service \(name) uses neither of its target groups.")
        }
    }

    private func checkListeners(_ groups: [ELBv2.TargetGroup], routing: CodeDeploy.TrafficRoutingConfig?) async throws {
        let production = try await self.listener(self.rules.productionListener)
        if let test = self.rules.testListener,
            try await self.listener(test).loadBalancerArn != production.loadBalancerArn
        {
            throw CodeDeploy.Errors.invalidTargetGroupPairException(
                DeploymentGroupRules.pairMessage + " Its listeners belong to different load balancers.")
        }
        for group in groups {
            let others = (group.loadBalancerArns ?? []).filter { $0 != production.loadBalancerArn }
            guard others.isEmpty else {
                throw CodeDeploy.Errors.invalidTargetGroupPairException(
                    DeploymentGroupRules.pairMessage
                        + " The target group \(group.targetGroupName ?? "") is behind another load balancer.")
            }
        }
        if routing?.type != .allAtOnce, production.protocol != .http, production.protocol != .https {
            throw CodeDeploy.Errors.invalidTrafficRoutingConfigurationException(
                "Only ALB supports gradual traffic routing, use AllAtOnce Traffic routing instead when you create/update Deployment group"
            )
        }
    }

    private func listener(_ arn: String) async throws -> ELBv2.Listener {
        try await self.found("listener \(arn)") {
            try await self.aws.call(ELBv2.DescribeListeners.self, .init(listenerArns: [arn])).listeners?.first
        }
    }

    private func found<Thing>(_ what: String, _ describe: () async throws -> Thing?) async throws -> Thing {
        do {
            if let thing = try await describe() { return thing }
        } catch let error as AWSError where error.status < 500 {
            throw CodeDeploy.Errors.invalidLoadBalancerInfoException(
                DeploymentGroupRules.pairMessage + " The \(what) cannot be found: \(error.message)")
        }
        throw CodeDeploy.Errors.invalidLoadBalancerInfoException(
            DeploymentGroupRules.pairMessage + " The \(what) cannot be found.")
    }
}
