internal import ELBv2API
internal import Store
internal import WireProtocol

/// Where requests are shared out between target groups, a client can stay with a target only if it stays with a group:
/// the stickiness of a target group asks for that of every such action that names it (Application Load Balancers guide,
/// sticky sessions). A group whose weight is 0 shares nothing out, so that blue/green pairs stay free.
enum StickyCombination {
    /// - Throws: where the action shares out requests without group stickiness, and one of its groups is sticky.
    static func check(_ config: ELBv2.ForwardActionConfig, in snapshot: StoreSnapshot) throws {
        guard Self.sharesOutFreely(config) else { return }
        for arn in (config.targetGroups ?? []).compactMap(\.targetGroupArn) {
            guard let group = try snapshot.targetGroup(arn: arn), AttributeTable.targetGroup.isSticky(group.attributes)
            else { continue }
            throw AWSError.invalidAction(
                "You must enable group stickiness on a rule if you enabled target stickiness on one of its target groups"
            )
        }
    }

    /// - Throws: where the group becomes sticky, and some rule shares out requests to it without group stickiness.
    static func check(_ group: StoredTargetGroup, in snapshot: StoreSnapshot) throws {
        guard AttributeTable.targetGroup.isSticky(group.attributes) else { return }
        for rule in try snapshot.listenerRules(targetGroupARN: group.arn) {
            for action in try rule.shape().actions ?? [] where action.forwardConfig.map(Self.sharesOutFreely) ?? false {
                throw AWSError.invalidConfiguration(
                    "This target group appears behind a rule with group stickiness disabled (\(rule.arn)). You must enable group stickiness before enabling target stickiness"
                )
            }
        }
    }

    private static func sharesOutFreely(_ config: ELBv2.ForwardActionConfig) -> Bool {
        config.targetGroupStickinessConfig?.enabled != true
            && (config.targetGroups ?? []).count { ($0.weight ?? 1) > 0 } > 1
    }
}
