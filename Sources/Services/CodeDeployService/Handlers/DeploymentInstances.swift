internal import CodeDeployAPI
internal import Model
internal import Store
internal import WireProtocol

/// An ECS deployment has targets, not instances: these operations say so, once the deployment is known to exist.
extension CodeDeployHandlers {
    func getDeploymentInstance(
        _ input: CodeDeploy.GetDeploymentInstance.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.GetDeploymentInstance.Output {
        throw try await self.refusal("GetDeploymentInstance", of: input.deploymentId, context)
    }

    func batchGetDeploymentInstances(
        _ input: CodeDeploy.BatchGetDeploymentInstances.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.BatchGetDeploymentInstances.Output {
        throw try await self.refusal("BatchGetDeploymentInstances", of: input.deploymentId, context)
    }

    func listDeploymentInstances(
        _ input: CodeDeploy.ListDeploymentInstances.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.ListDeploymentInstances.Output {
        throw try await self.refusal("ListDeploymentInstances", of: input.deploymentId, context)
    }

    private func refusal(_ operation: String, of id: String, _ context: RequestContext) async throws -> AWSError {
        _ = try await self.store.read { try $0.requireDeployment(id, region: context.scope.region) }
        return CodeDeploy.Errors.unsupportedActionForDeploymentTypeException(
            "\(operation) is not supported for deployments of the ECS compute platform; use the operations on deployment targets."
        )
    }
}
