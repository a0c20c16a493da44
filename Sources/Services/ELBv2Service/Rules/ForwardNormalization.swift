internal import ELBv2API
internal import WireProtocol

/// Reads the two ways to write a forward action as one (Action, `TargetGroupArn` and `ForwardConfig`).
enum ForwardNormalization {
    static func normalized(_ action: ELBv2.Action) throws(AWSError) -> ELBv2.ForwardActionConfig {
        var config = action.forwardConfig ?? ELBv2.ForwardActionConfig()
        var tuples = config.targetGroups ?? []
        if let single = action.targetGroupArn, !single.isEmpty {
            if tuples.isEmpty { tuples = [ELBv2.TargetGroupTuple(targetGroupArn: single)] }
            guard tuples.count == 1, tuples[0].targetGroupArn == single else {
                throw .validation("A ForwardConfig may only list the target group '\(single)' given as TargetGroupArn")
            }
        }
        guard !tuples.isEmpty else { throw .validation("A target group must be specified with 'forward'") }
        guard tuples.count <= 5 else { throw .validation("A forward action can name at most '5' target groups") }
        guard Set(tuples.map(\.targetGroupArn)).count == tuples.count else {
            throw .validation("A target group may be named only once in a forward action")
        }
        config.targetGroups = try Self.weighted(tuples)
        config.targetGroupStickinessConfig = try Self.stickiness(config.targetGroupStickinessConfig)
        return config
    }

    private static func weighted(_ tuples: [ELBv2.TargetGroupTuple]) throws(AWSError) -> [ELBv2.TargetGroupTuple] {
        var result: [ELBv2.TargetGroupTuple] = []
        for var tuple in tuples {
            guard let arn = tuple.targetGroupArn, !arn.isEmpty else {
                throw .validation("A TargetGroupArn must be specified for each target group")
            }
            guard tuple.weight != nil || tuples.count == 1 else {
                throw .validation("A weight must be specified for target group '\(arn)'")
            }
            let weight = tuple.weight ?? 1
            guard (0...999).contains(weight) else {
                throw .validation("Weight '\(weight)' of target group '\(arn)' must be between '0-999' inclusive")
            }
            tuple.weight = weight
            result.append(tuple)
        }
        return result
    }

    private static func stickiness(
        _ config: ELBv2.TargetGroupStickinessConfig?
    ) throws(AWSError) -> ELBv2.TargetGroupStickinessConfig {
        guard var config else { return ELBv2.TargetGroupStickinessConfig(enabled: false) }
        config.enabled = config.enabled ?? false
        if let duration = config.durationSeconds {
            guard (1...604_800).contains(duration) else {
                throw .validation("Stickiness duration '\(duration)' must be between '1-604800' inclusive")
            }
        } else if config.enabled == true {
            throw .validation("A stickiness duration must be specified when target group stickiness is enabled")
        }
        return config
    }

    /// A single target group is shown in both forms, several only in `ForwardConfig`.
    static func shown(_ config: ELBv2.ForwardActionConfig, order: Int?) -> ELBv2.Action {
        var action = ELBv2.Action(type: .forward)
        action.order = order
        action.forwardConfig = config
        if let tuples = config.targetGroups, tuples.count == 1 { action.targetGroupArn = tuples[0].targetGroupArn }
        return action
    }
}
