internal import ELBv2API
internal import Model
internal import Store
internal import WireProtocol

extension ELBv2Handlers {
    /// DeleteLoadBalancer, with listeners and rules; target groups stay. Deleting one that is not there is a success.
    func deleteLoadBalancer(
        _ input: ELBv2.DeleteLoadBalancerInput, _ context: RequestContext
    ) async throws -> ELBv2.DeleteLoadBalancerOutput {
        let arn = input.loadBalancerArn
        let generation = try await self.store.write { transaction -> Int? in
            guard let record = try transaction.loadBalancer(arn: arn) else { return nil }
            guard record.attributes[LoadBalancerAttributeKey.deletionProtection] != "true" else {
                throw ELBv2.Errors.operationNotPermittedException(
                    "Load balancer '\(arn)' cannot be deleted because deletion protection is enabled")
            }
            try transaction.deleteLoadBalancer(arn: arn)
            transaction.changed(.targetGroups)
            return try transaction.routingChanged()
        }
        if let generation { await self.publisher.publish(generation, context) }
        return ELBv2.DeleteLoadBalancerOutput()
    }
}
