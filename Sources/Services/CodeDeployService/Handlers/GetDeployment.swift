internal import CodeDeployAPI
internal import DeploymentEngine
internal import Model
internal import Store
internal import WireProtocol

extension CodeDeployHandlers {
    func getDeployment(
        _ input: CodeDeploy.GetDeployment.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.GetDeployment.Output {
        let deployment = try await self.store.read {
            try $0.requireDeployment(input.deploymentId, region: context.scope.region)
        }
        return .init(deploymentInfo: try deployment.information())
    }

    /// Unknown ids are left out.
    func batchGetDeployments(
        _ input: CodeDeploy.BatchGetDeployments.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.BatchGetDeployments.Output {
        try BatchLimit.check(input.deploymentIds.count, limit: 25, of: "deployment ids")
        let ids = try input.deploymentIds.map { try ResourceName.deployment($0) }
        let deployments = try await self.store.read { snapshot in
            try ids.compactMap { try snapshot.codeDeployDeployment($0) }.filter {
                $0.scope.region == context.scope.region
            }
        }
        return .init(deploymentsInfo: try deployments.map { try $0.information() })
    }
}
