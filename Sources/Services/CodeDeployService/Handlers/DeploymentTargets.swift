internal import CodeDeployAPI
internal import DeploymentEngine
internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension CodeDeployHandlers {
    func getDeploymentTarget(
        _ input: CodeDeploy.GetDeploymentTarget.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.GetDeploymentTarget.Output {
        let deployment = try await self.store.read {
            try $0.requireDeployment(input.deploymentId, region: context.scope.region)
        }
        try Self.check(input.targetId, of: deployment)
        return .init(deploymentTarget: try await self.target(of: deployment))
    }

    func batchGetDeploymentTargets(
        _ input: CodeDeploy.BatchGetDeploymentTargets.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.BatchGetDeploymentTargets.Output {
        guard !input.targetIds.isEmpty else {
            throw CodeDeploy.Errors.deploymentTargetIdRequiredException("A deployment target ID must be specified.")
        }
        guard input.targetIds.count <= 25 else {
            throw CodeDeploy.Errors.deploymentTargetListSizeExceededException(
                "At most 25 deployment targets can be asked for at once, not \(input.targetIds.count).")
        }
        let deployment = try await self.store.read {
            try $0.requireDeployment(input.deploymentId, region: context.scope.region)
        }
        for id in input.targetIds { try Self.check(id, of: deployment) }
        let target = try await self.target(of: deployment)
        return .init(deploymentTargets: input.targetIds.map { _ in target })
    }

    func listDeploymentTargets(
        _ input: CodeDeploy.ListDeploymentTargets.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.ListDeploymentTargets.Output {
        let deployment = try await self.store.read {
            try $0.requireDeployment(input.deploymentId, region: context.scope.region)
        }
        guard try NextToken.decode(input.nextToken) == nil else {
            throw CodeDeploy.Errors.invalidNextTokenException("The next token is not valid.")
        }
        var isListed = true
        for (name, values) in input.targetFilters ?? [:] {
            guard name == CodeDeploy.TargetFilterName.targetStatus.rawValue else {
                throw CodeDeploy.Errors.invalidTargetFilterNameException(
                    "The target filter \(name) is not valid for the ECS compute platform.")
            }
            isListed = isListed && values.contains(deployment.machine.targetStatus.rawValue)
        }
        return .init(targetIds: isListed ? [deployment.route.targetID] : [])
    }

    private func target(of deployment: StoredDeployment) async throws -> CodeDeploy.DeploymentTarget {
        let hookLog = HookLog(aws: self.aws.acting(in: deployment.scope))
        // At most one event fails.
        let failed = deployment.machine.lifecycleEvents.first { $0.diagnostics != nil }
        let tail: String
        if let failed { tail = await hookLog.tail(of: failed) } else { tail = "" }
        return deployment.target(live: try await self.liveTaskSets(of: deployment), hookLog: tail)
    }

    /// The counts are ECS's own. Where ECS cannot say, what the deployment knows is shown without them.
    private func liveTaskSets(of deployment: StoredDeployment) async throws -> [ECS.TaskSet] {
        do {
            let output = try await self.aws.acting(in: deployment.scope).call(
                ECS.DescribeServices.self,
                .init(cluster: deployment.route.cluster, services: [deployment.route.service]))
            return output.services?.first?.taskSets ?? []
        } catch is AWSError {
            return []
        }
    }

    private static func check(_ id: String, of deployment: StoredDeployment) throws {
        guard !id.isEmpty else {
            throw CodeDeploy.Errors.deploymentTargetIdRequiredException("A deployment target ID must be specified.")
        }
        // Some clients name the service by its ARN.
        guard id == deployment.route.targetID || id == deployment.route.serviceARN else {
            throw CodeDeploy.Errors.deploymentTargetDoesNotExistException(
                "The deployment \(deployment.machine.id) has no target \(id).")
        }
    }
}
