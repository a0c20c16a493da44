internal import ELBv2API
internal import Model
internal import Store
internal import WireProtocol

extension ELBv2Handlers {
    /// RegisterTargets. One that is registered already is left alone; one that drains is registered anew.
    func registerTargets(
        _ input: ELBv2.RegisterTargetsInput, _ context: RequestContext
    ) async throws -> ELBv2.RegisterTargetsOutput {
        guard !input.targets.isEmpty else { throw AWSError.validation("A target must be specified") }
        let now = self.clock.now()
        let generation = try await self.store.write { transaction -> Int in
            let group = try transaction.requiredTargetGroup(input.targetGroupArn).shape()
            var changed = false
            for description in input.targets {
                let target = try TargetReference(description, in: group)
                let existing = try transaction.target(
                    targetGroupARN: input.targetGroupArn, id: target.id, port: target.port)
                if let existing, existing.drainingUntil == nil { continue }
                try transaction.register(
                    StoredTarget(
                        targetGroupARN: input.targetGroupArn, id: target.id, port: target.port,
                        availabilityZone: description.availabilityZone.nonEmpty, registeredAt: now))
                changed = true
            }
            guard try transaction.targets(targetGroupARN: input.targetGroupArn).count <= Limits.targetsPerTargetGroup
            else {
                throw ELBv2.Errors.tooManyTargetsException(
                    "The maximum number of targets per target group (\(Limits.targetsPerTargetGroup)) has been reached")
            }
            return changed ? try transaction.routingChanged() : try transaction.routingGeneration()
        }
        await self.publisher.publish(generation, context)
        return ELBv2.RegisterTargetsOutput()
    }
}
