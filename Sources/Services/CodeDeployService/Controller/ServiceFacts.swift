internal import DeploymentEngine
internal import ECSAPI
internal import ELBv2API
internal import ListenerRouting
internal import Store
internal import WireProtocol

/// Looks at the service of a deployment through the APIs of ECS and ELBv2.
struct ServiceFacts: Sendable {
    let aws: AWSClient
    let route: DeploymentRoute

    /// - Throws: `CommandRefusal` where it is not there or not CodeDeploy's.
    func service() async throws -> ECS.Service {
        let output: ECS.DescribeServices.Output
        do {
            output = try await self.aws.call(
                ECS.DescribeServices.self, .init(cluster: self.route.cluster, services: [self.route.service]))
        } catch let error as AWSError where error.code == "ClusterNotFoundException" {
            throw CommandRefusal.rejected("The ECS cluster \(self.route.cluster) cannot be found.", .invalidECSService)
        }
        guard let service = output.services?.first, service.status == "ACTIVE" else {
            throw CommandRefusal.rejected(
                "The ECS service \(self.route.service) in cluster \(self.route.cluster) cannot be found or is not active.",
                .invalidECSService)
        }
        guard service.deploymentController?.type == .codeDeploy else {
            throw CommandRefusal.rejected(
                "The ECS service \(self.route.service) is not configured for a CODE_DEPLOY deployment controller.",
                .invalidECSService)
        }
        return service
    }

    func healthyTargets(in group: CodeDeployDeployment.TargetGroupID) async throws -> Int {
        let output = try await self.loadBalancing {
            try await self.aws.call(ELBv2.DescribeTargetHealth.self, .init(targetGroupArn: group.rawValue))
        }
        return (output.targetHealthDescriptions ?? []).count { $0.targetHealth?.state == .healthy }
    }

    func health(of taskSet: ECS.TaskSet) async throws -> CodeDeployDeployment.TaskSetHealth {
        var healthy = 0
        if let group = taskSet.targetGroup { healthy = try await self.healthyTargets(in: group) }
        return CodeDeployDeployment.TaskSetHealth(
            desiredCount: taskSet.computedDesiredCount ?? 0, healthyTargets: healthy,
            isSteady: taskSet.stabilityStatus == .steadyState)
    }

    /// What `taskSetSeen` is told of each. A service that is gone has no task sets any more.
    func sightings(
        of ids: [CodeDeployDeployment.TaskSetID]
    ) async throws -> [CodeDeployDeployment.TaskSetID: CodeDeployDeployment.TaskSetSighting] {
        let output = try await self.aws.call(
            ECS.DescribeServices.self, .init(cluster: self.route.cluster, services: [self.route.service]))
        let taskSets = output.services?.first?.taskSets ?? []
        var sightings: [CodeDeployDeployment.TaskSetID: CodeDeployDeployment.TaskSetSighting] = [:]
        for id in ids {
            if let taskSet = taskSets.first(where: { $0.id == id.rawValue }), taskSet.status != "DRAINING" {
                sightings[id] = .present(try await self.health(of: taskSet))
            } else {
                sightings[id] = .vanished
            }
        }
        return sightings
    }

    /// Every rule of a listener, the default one included.
    func rules(of listener: String) async throws -> [ELBv2.Rule] {
        try await self.loadBalancing { try await RuleForwarding(self.aws).rules(of: listener) }
    }

    /// A refusal of ELBv2 is one of the load balancer, whatever the command was about.
    private func loadBalancing<Output>(_ call: () async throws -> Output) async throws -> Output {
        do {
            return try await call()
        } catch let error as AWSError {
            switch CodeDeployDeployment.CommandFailure(error) {
            case .rejected: throw CommandRefusal.loadBalancer(error.message)
            case .notYet, .transient, .accessDenied: throw error
            }
        }
    }
}

extension ECS.TaskSet {
    /// A task set of CodeDeploy has one load balancer.
    var targetGroup: CodeDeployDeployment.TargetGroupID? {
        (self.loadBalancers?.first?.targetGroupArn).map(CodeDeployDeployment.TargetGroupID.init(rawValue:))
    }
}
