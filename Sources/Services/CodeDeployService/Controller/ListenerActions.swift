internal import DeploymentEngine
internal import ELBv2API

extension ELBv2.Rule {
    /// Weights by target group of the forward action; empty where there is none.
    var forwardWeights: [String: Int] {
        guard let forward = self.actions?.last(where: { $0.type == .forward }) else { return [:] }
        if let tuples = forward.forwardConfig?.targetGroups, !tuples.isEmpty {
            // A lone group without a weight gets everything.
            return Dictionary(tuples.compactMap { tuple in tuple.targetGroupArn.map { ($0, tuple.weight ?? 1) } }) { $1 }
        }
        return (forward.targetGroupArn).map { [$0: 1] } ?? [:]
    }

    func forwards(toOneOf groups: [CodeDeployDeployment.TargetGroupID]) -> Bool {
        let weights = self.forwardWeights
        return groups.contains { weights[$0.rawValue] != nil }
    }

    /// The rule's actions with its forward action led to these groups. What comes before it (authentication) stays, and
    /// so does its stickiness. Both groups are always named: one without weight goes on being health-checked.
    func actions(forwardingTo weights: [(group: CodeDeployDeployment.TargetGroupID, weight: Int)]) -> [ELBv2.Action] {
        let actions = self.actions ?? []
        let old = actions.last { $0.type == .forward }
        let forward = ELBv2.Action(
            type: .forward, order: old?.order,
            forwardConfig: ELBv2.ForwardActionConfig(
                targetGroups: weights.map { ELBv2.TargetGroupTuple(targetGroupArn: $0.group.rawValue, weight: $0.weight) },
                targetGroupStickinessConfig: old?.forwardConfig?.targetGroupStickinessConfig))
        return actions.filter { $0.type != .forward && $0.type != .redirect && $0.type != .fixedResponse } + [forward]
    }
}
