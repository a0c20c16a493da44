internal import ELBv2API
internal import Model
internal import Store
internal import WireProtocol

extension ELBv2Handlers {
    /// ModifyListener: replaces the given members only.
    func modifyListener(
        _ input: ELBv2.ModifyListenerInput, _ context: RequestContext
    ) async throws -> ELBv2.ModifyListenerOutput {
        try ListenerDefinition(
            protocol: input.protocol, sslPolicy: input.sslPolicy, certificates: input.certificates,
            alpnPolicy: input.alpnPolicy, mutualAuthentication: input.mutualAuthentication
        ).check()
        _ = try await self.store.read { try $0.requiredListener(input.listenerArn) }
        let (shape, generation) = try await self.holding(input.port) {
            try await self.store.write { transaction -> (ELBv2.Listener, Int) in
                var record = try transaction.requiredListener(input.listenerArn)
                var shape = try record.shape()
                if let port = input.port, port != record.port {
                    guard try transaction.listener(loadBalancerARN: record.loadBalancerARN, port: port) == nil else {
                        throw ELBv2.Errors.duplicateListenerException(
                            "A listener already exists on this port for this load balancer '\(record.loadBalancerARN)'")
                    }
                    shape.port = port
                    record.port = port
                    record.body = StoredShape.encode(shape)
                    try transaction.update(record)
                }
                if let actions = input.defaultActions, !actions.isEmpty {
                    let checked = try CheckedActions(actions, loadBalancerARN: record.loadBalancerARN, in: transaction)
                    guard let rule = try transaction.defaultRule(listenerARN: record.arn) else {
                        throw AWSError.rulesNotFound
                    }
                    try transaction.updateActions(
                        StoredListenerRule(
                            arn: rule.arn, listenerARN: record.arn, priority: nil, conditions: [], actions: checked))
                    transaction.changed(.targetHealth)
                }
                return (try record.shape(in: transaction), try transaction.routingChanged())
            }
        }
        await self.publisher.publish(generation, context)
        return ELBv2.ModifyListenerOutput(listeners: [shape])
    }
}
