internal import DeploymentEngine
internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    /// Works on a task in any state; the first reason stays.
    func stopTask(_ input: ECS.StopTask.Input, _ context: RequestContext) async throws -> ECS.StopTask.Output {
        let cluster = ECSNames.cluster(input.cluster)
        let id = ECSNames.task(input.task)
        let now = self.clock.now()
        return try await self.store.write { transaction in
            _ = try transaction.requireCluster(cluster, in: context.scope)
            guard var task = try transaction.task(id), task.cluster == cluster, task.region == context.scope.region
            else {
                throw ECS.Errors.invalidParameterException("The referenced task was not found.")
            }
            task.machine.stopRequested(
                TaskStop(.userInitiated, reason: input.reason ?? "Task stopped by user"), at: now)
            try transaction.save(task)
            return .init(task: try transaction.described(task, tags: true, in: context.scope))
        }
    }
}
