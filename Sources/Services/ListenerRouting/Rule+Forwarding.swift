package import ELBv2API

extension ELBv2.Rule {
    /// Weights by target group ARN of the forward action; empty where there is none.
    package var forwardWeights: [String: Int] {
        guard let forward = self.actions?.last(where: { $0.type == .forward }) else { return [:] }
        if let tuples = forward.forwardConfig?.targetGroups, !tuples.isEmpty {
            // A lone group without a weight gets everything.
            return Dictionary(tuples.compactMap { tuple in tuple.targetGroupArn.map { ($0, tuple.weight ?? 1) } }) {
                $1
            }
        }
        return (forward.targetGroupArn).map { [$0: 1] } ?? [:]
    }

    /// The rule's actions with these groups' part of its forward action set to these weights. What comes before it
    /// (authentication) stays, and so do its stickiness and groups that somebody has added meanwhile. All groups are
    /// always named: one without weight goes on being health-checked.
    package func actions(forwardingTo weights: [ForwardWeight]) -> [ELBv2.Action] {
        let actions = self.actions ?? []
        let old = actions.last { $0.type == .forward }
        let own = weights.map { ELBv2.TargetGroupTuple(targetGroupArn: $0.targetGroup, weight: $0.weight) }
        let others = (old?.forwardConfig?.targetGroups ?? []).filter { tuple in
            !own.contains { $0.targetGroupArn == tuple.targetGroupArn }
        }
        let forward = ELBv2.Action(
            type: .forward, order: old?.order,
            forwardConfig: ELBv2.ForwardActionConfig(
                targetGroups: own + others,
                targetGroupStickinessConfig: old?.forwardConfig?.targetGroupStickinessConfig))
        return actions.filter { $0.type != .forward && $0.type != .redirect && $0.type != .fixedResponse } + [forward]
    }
}

/// A target group's part of a forward action.
package struct ForwardWeight: Hashable, Sendable {
    package let targetGroup: String
    /// 0-999, a ratio to the others.
    package let weight: Int

    package init(_ targetGroup: String, _ weight: Int) {
        self.targetGroup = targetGroup
        self.weight = weight
    }
}
