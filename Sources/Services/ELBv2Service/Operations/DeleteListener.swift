internal import ELBv2API
internal import Model
internal import Store
internal import WireProtocol

extension ELBv2Handlers {
    /// DeleteListener, with its rules.
    func deleteListener(
        _ input: ELBv2.DeleteListenerInput, _ context: RequestContext
    ) async throws -> ELBv2.DeleteListenerOutput {
        let generation = try await self.store.write { transaction in
            _ = try transaction.requiredListener(input.listenerArn)
            try transaction.deleteListener(arn: input.listenerArn)
            transaction.changed(.targetHealth)
            return try transaction.routingChanged()
        }
        await self.publisher.publish(generation, context)
        return ELBv2.DeleteListenerOutput()
    }
}
