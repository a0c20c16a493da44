internal import ELBv2API
internal import Model
internal import Store
internal import WireProtocol

extension ELBv2Handlers {
    /// CreateRule. Never idempotent: a second one finds its priority in use.
    func createRule(_ input: ELBv2.CreateRuleInput, _ context: RequestContext) async throws -> ELBv2.CreateRuleOutput {
        guard (input.transforms ?? []).isEmpty else {
            throw AWSError.invalidConfiguration("Transforms are not supported by Teal")
        }
        let tags = try ResourceTags.checked(input.tags)
        let conditions = try CheckedConditions(input.conditions).conditions
        guard let arn = ResourceARNs.rule(ofListener: input.listenerArn) else { throw AWSError.listenersNotFound }
        let (shape, generation) = try await self.store.write { transaction in
            let listener = try transaction.requiredListener(input.listenerArn)
            guard try transaction.listenerRule(listenerARN: listener.arn, priority: input.priority) == nil else {
                throw ELBv2.Errors.priorityInUseException("Priority '\(input.priority)' is currently in use")
            }
            guard try transaction.ruleCount(loadBalancerARN: listener.loadBalancerARN) < Limits.rulesPerLoadBalancer
            else {
                throw ELBv2.Errors.tooManyRulesException(
                    "The maximum number of rules per load balancer (\(Limits.rulesPerLoadBalancer)) has been reached")
            }
            let actions = try CheckedActions(input.actions, loadBalancerARN: listener.loadBalancerARN, in: transaction)
            let rule = StoredListenerRule(
                arn: arn, listenerARN: listener.arn, priority: input.priority, conditions: conditions, actions: actions,
                tags: tags)
            try transaction.insert(rule)
            transaction.changed(.targetHealth)
            return (try rule.shape(), try transaction.routingChanged())
        }
        await self.publisher.publish(generation, context)
        return ELBv2.CreateRuleOutput(rules: [shape])
    }
}
