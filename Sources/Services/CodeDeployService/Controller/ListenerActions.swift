internal import DeploymentEngine
internal import ELBv2API

extension ELBv2.Rule {
    /// Weights by target group of the forward action; empty where there is none.
    var forwardWeights: [String: Int] {
        guard let forward = self.actions?.last(where: { $0.type == .forward }) else { return [:] }
        if let tuples = forward.forwardConfig?.targetGroups, !tuples.isEmpty {
            // A lone group without a weight gets everything.
            return Dictionary(tuples.compactMap { tuple in tuple.targetGroupArn.map { ($0, tuple.weight ?? 1) } }) {
                $1
            }
        }
        return (forward.targetGroupArn).map { [$0: 1] } ?? [:]
    }

    func forwards(to pair: CodeDeployDeployment.TargetGroupPair) -> Bool {
        let weights = self.forwardWeights
        return weights[pair.first.rawValue] != nil || weights[pair.second.rawValue] != nil
    }

    /// ARNs of the other groups that it forwards to, in order.
    func groups(besides pair: CodeDeployDeployment.TargetGroupPair) -> [String] {
        self.forwardWeights.keys.filter { $0 != pair.first.rawValue && $0 != pair.second.rawValue }.sorted()
    }

    /// The rule's actions with the pair's part of its forward action set to these weights. What comes before it
    /// (authentication) stays, and so do its stickiness and groups that somebody has added meanwhile. Both groups are
    /// always named: one without weight goes on being health-checked.
    func actions(forwardingTo weights: [(group: CodeDeployDeployment.TargetGroupID, weight: Int)]) -> [ELBv2.Action] {
        let actions = self.actions ?? []
        let old = actions.last { $0.type == .forward }
        let pair = weights.map { ELBv2.TargetGroupTuple(targetGroupArn: $0.group.rawValue, weight: $0.weight) }
        let others = (old?.forwardConfig?.targetGroups ?? []).filter { tuple in
            !pair.contains { $0.targetGroupArn == tuple.targetGroupArn }
        }
        let forward = ELBv2.Action(
            type: .forward, order: old?.order,
            forwardConfig: ELBv2.ForwardActionConfig(
                targetGroups: pair + others,
                targetGroupStickinessConfig: old?.forwardConfig?.targetGroupStickinessConfig))
        return actions.filter { $0.type != .forward && $0.type != .redirect && $0.type != .fixedResponse } + [forward]
    }
}

extension [ELBv2.Rule] {
    /// The rules of a production listener that a deployment rewrites.
    func production(of pair: CodeDeployDeployment.TargetGroupPair) -> [ELBv2.Rule] {
        self.filter { $0.forwards(to: pair) }
    }

    /// The same of a test listener; where none forwards to the pair, its default rule is led there.
    func test(of pair: CodeDeployDeployment.TargetGroupPair) -> [ELBv2.Rule] {
        let forwarding = self.filter { $0.forwards(to: pair) }
        return forwarding.isEmpty ? self.filter { $0.isDefault == true } : forwarding
    }
}
