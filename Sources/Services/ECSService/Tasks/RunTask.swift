internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    /// Starts one-off tasks. Idempotent by client token: the tasks of the first call are answered.
    func runTask(_ input: ECS.RunTask.Input, _ context: RequestContext) async throws -> ECS.RunTask.Output {
        let scope = context.scope
        let count = input.count ?? 1
        guard (1...10).contains(count) else {
            throw ECS.Errors.invalidParameterException("count must be between 1 and 10, not \(count)")
        }
        guard (input.clientToken ?? "").count <= 64 else {
            throw ECS.Errors.invalidParameterException("clientToken can have at most 64 characters.")
        }
        let call = OneOffTasks(input)
        try call.check()
        let now = self.clock.now()
        return try await self.store.write { transaction in
            _ = try transaction.requireCluster(call.cluster, in: scope)
            if let token = input.clientToken {
                let earlier = try transaction.tasks(clientToken: token, cluster: call.cluster, region: scope.region)
                if !earlier.isEmpty {
                    try Self.checkRepeat(of: earlier, by: input, count: count, transaction, in: scope)
                    return .init(
                        tasks: try earlier.map { try transaction.described($0, tags: true, in: scope) }, failures: [])
                }
            }
            let (blueprint, providers) = try call.blueprint(
                transaction, in: scope, self.taskEnvironment, constraints: input.placementConstraints,
                strategies: input.placementStrategy)
            return .init(
                tasks: try call.start(count, blueprint, providers, transaction, in: scope, at: now), failures: [])
        }
    }

    /// A client token stands for one request (RunTask, `clientToken`).
    /// - Throws: `ConflictException` naming the tasks of the first call.
    private static func checkRepeat(
        of tasks: [StoredTask], by input: ECS.RunTask.Input, count: Int, _ snapshot: StoreSnapshot, in scope: Scope
    ) throws {
        // It may have been deregistered since the first call.
        guard let definition = try snapshot.taskDefinition(input.taskDefinition, in: scope)?.shape else {
            throw ECS.Errors.clientException("TaskDefinition not found.")
        }
        let overrides = StoredShape.encode(TaskBlueprint.echo(input.overrides ?? .init(), of: definition))
        let isSame =
            try tasks.count == count
            && tasks.allSatisfy { task in
                let assembly = try TaskAssembly.decode(task.body)
                return task.startedBy == input.startedBy && (input.group == nil || task.group == input.group)
                    && assembly.taskDefinitionARN == definition.taskDefinitionArn && assembly.overrides == overrides
            }
        guard !isSame else { return }
        throw ECS.Errors.conflictException(
            "The client token was used for a request with other parameters.",
            resourceIds: tasks.map { scope.taskARN($0.id, cluster: $0.cluster) })
    }
}
