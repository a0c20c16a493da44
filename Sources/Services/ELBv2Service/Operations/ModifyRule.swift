internal import ELBv2API
internal import Model
internal import Store
internal import WireProtocol

extension ELBv2Handlers {
    /// ModifyRule: replaces conditions, actions, or both, each as a whole.
    func modifyRule(_ input: ELBv2.ModifyRuleInput, _ context: RequestContext) async throws -> ELBv2.ModifyRuleOutput {
        guard (input.transforms ?? []).isEmpty else {
            throw AWSError.invalidConfiguration("Transforms are not supported by Teal")
        }
        let newConditions = (input.conditions ?? []).isEmpty ? nil : input.conditions
        let newActions = (input.actions ?? []).isEmpty ? nil : input.actions
        guard newConditions != nil || newActions != nil || input.resetTransforms == true else {
            throw AWSError.validation("Either conditions or actions must be specified")
        }
        let checkedConditions = try newConditions.map { try CheckedConditions($0).conditions }
        let (shape, generation) = try await self.store.write { transaction in
            let record = try transaction.requiredRule(input.ruleArn)
            guard !record.isDefault else {
                throw ELBv2.Errors.operationNotPermittedException("Default rule '\(record.arn)' cannot be modified")
            }
            let listener = try transaction.requiredListener(record.listenerARN)
            let current = try record.shape()
            let rule = StoredListenerRule(
                arn: record.arn, listenerARN: record.listenerARN, priority: record.priority,
                conditions: checkedConditions ?? current.conditions ?? [],
                actions: try CheckedActions(
                    newActions ?? current.actions ?? [], loadBalancerARN: listener.loadBalancerARN, in: transaction))
            try transaction.updateActions(rule)
            transaction.changed(.targetHealth)
            return (try rule.shape(), try transaction.routingChanged())
        }
        await self.publisher.publish(generation, context)
        return ELBv2.ModifyRuleOutput(rules: [shape])
    }
}
