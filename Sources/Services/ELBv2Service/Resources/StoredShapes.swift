internal import ELBv2API
internal import Model
internal import Store
internal import WireProtocol

/// From stored records to the shapes that clients see.
extension StoredLoadBalancer {
    func shape(impairment: String?) throws -> ELBv2.LoadBalancer {
        var shape = try StoredShape.decode(ELBv2.LoadBalancer.self, from: self.body)
        shape.state =
            impairment.map { ELBv2.LoadBalancerState(code: .activeImpaired, reason: $0) }
            ?? ELBv2.LoadBalancerState(code: .active)
        return shape
    }
}

extension StoredTargetGroup {
    func shape() throws -> ELBv2.TargetGroup { try StoredShape.decode(ELBv2.TargetGroup.self, from: self.body) }

    func shape(in snapshot: StoreSnapshot) throws -> ELBv2.TargetGroup {
        var shape = try self.shape()
        shape.loadBalancerArns = try snapshot.loadBalancerARNs(usingTargetGroup: self.arn)
        return shape
    }
}

extension StoredListener {
    func shape() throws -> ELBv2.Listener { try StoredShape.decode(ELBv2.Listener.self, from: self.body) }

    func shape(in snapshot: StoreSnapshot) throws -> ELBv2.Listener {
        var shape = try self.shape()
        shape.defaultActions = try snapshot.defaultRule(listenerARN: self.arn)?.shape().actions ?? []
        return shape
    }
}

extension StoredListenerRule {
    init(
        arn: String, listenerARN: String, priority: Int?, conditions: [ELBv2.RuleCondition], actions: CheckedActions,
        tags: [ResourceTag] = []
    ) {
        let shape = ELBv2.Rule(
            ruleArn: arn, conditions: conditions, actions: actions.actions, isDefault: priority == nil)
        self.init(
            arn: arn, listenerARN: listenerARN, priority: priority, body: StoredShape.encode(shape),
            targetGroupARNs: actions.targetGroupARNs, tags: tags)
    }

    func shape() throws -> ELBv2.Rule {
        var shape = try StoredShape.decode(ELBv2.Rule.self, from: self.body)
        shape.priority = self.priority.map(String.init) ?? "default"
        return shape
    }
}
