internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    /// INACTIVE revisions go to DELETE_IN_PROGRESS, from where nothing new can use them; the others are failures, in the order of
    /// the request.
    func deleteTaskDefinitions(
        _ input: ECS.DeleteTaskDefinitions.Input, _ context: RequestContext
    ) async throws -> ECS.DeleteTaskDefinitions.Output {
        guard (1...10).contains(input.taskDefinitions.count) else {
            throw ECS.Errors.invalidParameterException(
                "taskDefinitions must have 1 to 10 items, not \(input.taskDefinitions.count).")
        }
        let now = self.clock.now()
        return try await self.store.write { transaction in
            var output = ECS.DeleteTaskDefinitions.Output(taskDefinitions: [], failures: [])
            for name in input.taskDefinitions {
                guard name.split(separator: "/").last?.contains(":") == true else {
                    output.failures?.append(
                        .init(
                            arn: name,
                            reason:
                                "The specified task definition identifier is invalid. Specify a valid name or ARN and try again."
                        ))
                    continue
                }
                guard var stored = try transaction.taskDefinition(name, in: context.scope) else {
                    output.failures?.append(
                        .init(
                            arn: name,
                            reason:
                                "The specified task definition does not exist. Specify a valid account, family, revision and try again."
                        ))
                    continue
                }
                switch stored.status {
                case .active:
                    output.failures?.append(
                        .init(
                            arn: context.scope.taskDefinitionARN(family: stored.family, revision: stored.revision),
                            reason:
                                "The specified task definition is still in ACTIVE status. Please deregister the target and try again."
                        ))
                    continue
                case .inactive:
                    stored.status = .deleteInProgress
                    var shape = try stored.shape
                    shape.deleteRequestedAt = now
                    stored.body = StoredShape.encode(shape)
                    try transaction.save(stored)
                case .deleteInProgress:
                    break
                }
                output.taskDefinitions?.append(try stored.shape)
            }
            return output
        }
    }
}
