internal import DeploymentEngine
internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    /// No task here runs the agent that ECS Exec talks to: a call that is right in itself ends as AWS ends it then.
    func executeCommand(_ input: ECS.ExecuteCommand.Input, _ context: RequestContext) async throws
        -> ECS.ExecuteCommand.Output
    {
        let cluster = ECSNames.cluster(input.cluster)
        guard input.interactive else {
            throw ECS.Errors.invalidParameterException("Interactive is the only mode supported currently.")
        }
        let task = try await self.store.read { snapshot in
            _ = try snapshot.requireCluster(cluster, in: context.scope)
            return try snapshot.task(ECSNames.task(input.task))
        }
        guard let task, task.cluster == cluster, task.region == context.scope.region else {
            throw ECS.Errors.invalidParameterException("The referenced task was not found.")
        }
        let containers = task.machine.containers.map(\.name)
        guard input.container != nil || containers.count == 1 else {
            throw ECS.Errors.invalidParameterException(
                "The container name is required for a task with several containers: \(containers.joined(separator: ", "))"
            )
        }
        if let container = input.container, !containers.contains(container) {
            throw ECS.Errors.invalidParameterException("The task has no container named \(container).")
        }
        guard try TaskAssembly.decode(task.body).enableExecuteCommand, task.machine.phase == .running else {
            throw ECS.Errors.invalidParameterException(
                "The execute command failed because execute command was not enabled when the task was run or the execute command agent isn't running. Wait and try again or run a new task with execute command enabled and try again."
            )
        }
        throw ECS.Errors.targetNotConnectedException(
            "The execute command failed because the execute command agent isn't running: Teal does not run it.")
    }
}
