internal import ELBv2API
internal import Model
internal import Store
internal import WireProtocol

extension ELBv2Handlers {
    /// SetRulePriorities: all pairs at once, so that rules may change places.
    func setRulePriorities(
        _ input: ELBv2.SetRulePrioritiesInput, _ context: RequestContext
    ) async throws -> ELBv2.SetRulePrioritiesOutput {
        let pairs = input.rulePriorities.map { (arn: $0.ruleArn ?? "", priority: $0.priority ?? 0) }
        guard Set(pairs.map(\.arn)).count == pairs.count else {
            throw AWSError.validation("A rule can be specified only once")
        }
        let (shapes, generation) = try await self.store.write { transaction in
            let records = try pairs.map { try transaction.requiredRule($0.arn) }
            try Self.check(pairs, records, in: transaction)
            try transaction.setPriorities(pairs)
            return (try pairs.map { try transaction.requiredRule($0.arn).shape() }, try transaction.routingChanged())
        }
        await self.publisher.publish(generation, context)
        return ELBv2.SetRulePrioritiesOutput(rules: shapes)
    }

    private static func check(
        _ pairs: [(arn: String, priority: Int)], _ records: [StoredListenerRule], in snapshot: StoreSnapshot
    ) throws {
        var taken: Set<String> = []
        for (pair, record) in zip(pairs, records) {
            guard (1...50_000).contains(pair.priority) else {
                throw AWSError.validation("Priority '\(pair.priority)' must be between '1-50000' inclusive")
            }
            guard !record.isDefault else {
                throw ELBv2.Errors.operationNotPermittedException(
                    "The priority of default rule '\(record.arn)' cannot be set")
            }
            guard taken.insert("\(record.listenerARN) \(pair.priority)").inserted else {
                throw AWSError.validation("Priority '\(pair.priority)' was provided multiple times")
            }
            if let holder = try snapshot.listenerRule(listenerARN: record.listenerARN, priority: pair.priority),
                !pairs.contains(where: { $0.arn == holder.arn })
            {
                throw ELBv2.Errors.priorityInUseException("Priority '\(pair.priority)' is currently in use")
            }
        }
    }
}
