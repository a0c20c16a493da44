internal import ELBv2API
internal import Model
internal import Store
internal import WireProtocol

extension ELBv2Handlers {
    /// DeregisterTargets. Targets drain for the group's delay, those of a group that no rule names are gone at once.
    /// Without a port, every registration of the id goes. One that is not there is a success.
    func deregisterTargets(
        _ input: ELBv2.DeregisterTargetsInput, _ context: RequestContext
    ) async throws -> ELBv2.DeregisterTargetsOutput {
        guard !input.targets.isEmpty else { throw AWSError.validation("A target must be specified") }
        let now = self.clock.now()
        let generation = try await self.store.write { transaction -> Int in
            let record = try transaction.requiredTargetGroup(input.targetGroupArn)
            let text = AttributeTable.targetGroup.value(
                TargetGroupAttributeKey.deregistrationDelay, in: record.attributes)
            let isInUse = try !transaction.loadBalancerARNs(usingTargetGroup: record.arn).isEmpty
            let delay = isInUse ? Int(text) ?? 300 : 0
            var changed = false
            for target in try transaction.targets(targetGroupARN: record.arn) where target.drainingUntil == nil {
                guard input.targets.contains(where: { $0.id == target.id && ($0.port ?? target.port) == target.port })
                else {
                    continue
                }
                if delay == 0 {
                    try transaction.deleteTarget(target)
                } else {
                    try transaction.drain(target, until: now + .seconds(delay))
                }
                changed = true
            }
            return changed ? try transaction.routingChanged() : try transaction.routingGeneration()
        }
        await self.publisher.publish(generation, context)
        return ELBv2.DeregisterTargetsOutput()
    }
}
