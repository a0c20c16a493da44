internal import ELBv2API
internal import Model
internal import ProxyFeed
internal import Store
internal import WireProtocol

extension ELBv2Handlers {
    /// CreateListener. The port is bound before anything is stored; one that cannot be bound is an error that says why.
    /// With the same settings as before it answers the listener that is there.
    func createListener(
        _ input: ELBv2.CreateListenerInput, _ context: RequestContext
    ) async throws -> ELBv2.CreateListenerOutput {
        guard let port = input.port else { throw AWSError.validation("A listener port must be specified") }
        guard input.protocol != nil else { throw AWSError.validation("A listener protocol must be specified") }
        try ListenerDefinition(
            protocol: input.protocol, sslPolicy: input.sslPolicy, certificates: input.certificates,
            alpnPolicy: input.alpnPolicy, mutualAuthentication: input.mutualAuthentication
        ).check()
        let tags = try ResourceTags.checked(input.tags)
        guard let arn = ResourceARNs.listener(ofLoadBalancer: input.loadBalancerArn),
            let ruleARN = ResourceARNs.rule(ofListener: arn)
        else { throw AWSError.validation("'\(input.loadBalancerArn)' is not a valid load balancer ARN") }
        _ = try await self.store.read { try $0.requiredLoadBalancer(input.loadBalancerArn) }
        let shape = ELBv2.Listener(
            listenerArn: arn, loadBalancerArn: input.loadBalancerArn, port: port, protocol: input.protocol)
        let (stored, generation) = try await self.holding(port) {
            try await self.store.write { transaction -> (ELBv2.Listener, Int) in
                _ = try transaction.requiredLoadBalancer(input.loadBalancerArn)
                let actions = try CheckedActions(
                    input.defaultActions, loadBalancerARN: input.loadBalancerArn, in: transaction)
                let listeners = try transaction.listeners(loadBalancerARN: input.loadBalancerArn)
                if let existing = listeners.first(where: { $0.port == port }) {
                    let found = try existing.shape(in: transaction)
                    guard found.protocol == input.protocol, found.defaultActions == actions.actions else {
                        throw ELBv2.Errors.duplicateListenerException(
                            "A listener already exists on this port for this load balancer '\(input.loadBalancerArn)'")
                    }
                    return (found, try transaction.routingGeneration())
                }
                guard listeners.count < Limits.listenersPerLoadBalancer else {
                    throw ELBv2.Errors.tooManyListenersException(
                        "The maximum number of listeners per load balancer (\(Limits.listenersPerLoadBalancer)) has been reached"
                    )
                }
                let listener = StoredListener(
                    arn: arn, loadBalancerARN: input.loadBalancerArn, port: port, body: StoredShape.encode(shape),
                    tags: tags)
                try transaction.insert(listener)
                try transaction.insert(
                    StoredListenerRule(arn: ruleARN, listenerARN: arn, priority: nil, conditions: [], actions: actions))
                transaction.changed(.targetHealth)
                return (try listener.shape(in: transaction), try transaction.routingChanged())
            }
        }
        await self.publisher.publish(generation, context)
        return ELBv2.CreateListenerOutput(listeners: [stored])
    }

    /// Binds `port`, where there is one, before `body` stores the listener that needs it. Where `body` fails, the port is
    /// given back.
    func holding<Result>(_ port: Int?, _ body: () async throws -> Result) async throws -> Result {
        guard let port else { return try await body() }
        do throws(ListenError) {
            try self.ports.reserve(port)
        } catch {
            throw AWSError.invalidConfiguration("Listener port '\(port)' cannot be opened: \(error); \(error.remedy)")
        }
        do {
            let result = try await body()
            self.ports.settle(port)
            return result
        } catch {
            self.ports.settle(port)
            await self.publisher.refresh()
            throw error
        }
    }
}
