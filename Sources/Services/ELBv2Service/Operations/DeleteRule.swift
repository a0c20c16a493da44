internal import ELBv2API
internal import Model
internal import Store
internal import WireProtocol

extension ELBv2Handlers {
    func deleteRule(_ input: ELBv2.DeleteRuleInput, _ context: RequestContext) async throws -> ELBv2.DeleteRuleOutput {
        let generation = try await self.store.write { transaction in
            let record = try transaction.requiredRule(input.ruleArn)
            guard !record.isDefault else {
                throw ELBv2.Errors.operationNotPermittedException("Default rule '\(record.arn)' cannot be deleted")
            }
            try transaction.deleteListenerRule(arn: record.arn)
            transaction.changed(.targetHealth)
            return try transaction.routingChanged()
        }
        await self.publisher.publish(generation, context)
        return ELBv2.DeleteRuleOutput()
    }
}
