internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    /// One task for each container instance that is named; another instance than the cluster's own is a failure `MISSING`.
    func startTask(_ input: ECS.StartTask.Input, _ context: RequestContext) async throws -> ECS.StartTask.Output {
        let scope = context.scope
        let call = OneOffTasks(input)
        try call.check()
        let now = self.clock.now()
        return try await self.store.write { transaction in
            _ = try transaction.requireCluster(call.cluster, in: scope)
            guard (1...10).contains(input.containerInstances.count) else {
                throw ECS.Errors.invalidParameterException(
                    "containerInstances must have 1 to 10 items, not \(input.containerInstances.count).")
            }
            let instance = HostInstance(cluster: call.cluster, scope: scope)
            let (blueprint, providers) = try call.blueprint(transaction, in: scope, self.taskEnvironment)
            let missing = input.containerInstances.filter { !instance.isNamed(by: $0) }
            let count = input.containerInstances.count - missing.count
            return .init(
                tasks: try call.start(count, blueprint, providers, transaction, in: scope, at: now),
                failures: missing.map { .init(arn: $0, reason: "MISSING") })
        }
    }
}
