internal import CodeDeployAPI
internal import ELBv2API
internal import Model
internal import WireProtocol

/// Looks at a running deployment through the API, again and again.
struct DeploymentWatch: Sendable {
    /// One look.
    struct View: Sendable {
        var deploymentID: String
        var status: CodeDeploy.DeploymentStatus
        var creator: CodeDeploy.DeploymentCreator?
        var events: [CodeDeploy.LifecycleEvent]
        /// Requested share of production traffic in percent, by target group name.
        var weights: [String: Double]
        /// Healthy and registered targets, by target group name.
        var health: [String: (healthy: Int, registered: Int)]
        var errorMessage: String?
        var rollbackDeploymentID: String?

        var isOver: Bool {
            switch self.status {
            case .succeeded, .failed, .stopped: true
            case .created, .queued, .inProgress, .baking, .ready, .unknown: false
            }
        }
    }

    let aws: AWSClient
    let groups: [ELBv2.TargetGroup]

    func look(at deployment: String) async throws -> View {
        let output = try await self.aws.call(CodeDeploy.GetDeployment.self, .init(deploymentId: deployment))
        let target = try await self.target(of: deployment)
        guard let info = output.deploymentInfo, let status = info.status else {
            throw DemoFailure("GetDeployment answered nothing")
        }
        var weights: [String: Double] = [:]
        for taskSet in target?.taskSetsInfo ?? [] {
            if let name = taskSet.targetGroup?.name { weights[name] = taskSet.trafficWeight ?? 0 }
        }
        var health: [String: (healthy: Int, registered: Int)] = [:]
        for group in self.groups {
            guard let arn = group.targetGroupArn, let name = group.targetGroupName else { continue }
            let targets = try await self.aws.call(ELBv2.DescribeTargetHealth.self, .init(targetGroupArn: arn))
            let descriptions = (targets.targetHealthDescriptions ?? []).filter { $0.targetHealth?.state != .draining }
            health[name] = (descriptions.count { $0.targetHealth?.state == .healthy }, descriptions.count)
        }
        return View(
            deploymentID: deployment, status: status, creator: info.creator, events: target?.lifecycleEvents ?? [],
            weights: weights,
            health: health, errorMessage: info.errorInformation?.message,
            rollbackDeploymentID: info.rollbackInfo?.rollbackDeploymentId)
    }

    /// Returns when no target is draining any more.
    /// - Throws: `DemoFailure` after half a minute.
    func waitUntilDrained() async throws {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(30)
        while try await self.drainingTargets() > 0 {
            guard clock.now < deadline else { throw DemoFailure("targets were still draining after 30 s") }
            try await clock.sleep(for: .milliseconds(200))
        }
    }

    private func drainingTargets() async throws -> Int {
        var count = 0
        for arn in self.groups.compactMap(\.targetGroupArn) {
            let targets = try await self.aws.call(ELBv2.DescribeTargetHealth.self, .init(targetGroupArn: arn))
            count += (targets.targetHealthDescriptions ?? []).count { $0.targetHealth?.state == .draining }
        }
        return count
    }

    private func target(of deployment: String) async throws -> CodeDeploy.ECSTarget? {
        let ids = try await self.aws.call(CodeDeploy.ListDeploymentTargets.self, .init(deploymentId: deployment))
            .targetIds
        guard let id = ids?.first else { return nil }
        return try await self.aws.call(
            CodeDeploy.GetDeploymentTarget.self, .init(deploymentId: deployment, targetId: id)
        ).deploymentTarget?.ecsTarget
    }
}
