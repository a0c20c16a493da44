internal import ELBv2API
internal import Store
internal import WireProtocol

/// The actions of a rule, checked against the API's rules and brought into the form in which they are stored and shown
/// (elbv2.md, section 7, Actions).
struct CheckedActions {
    let actions: [ELBv2.Action]
    let targetGroupARNs: Set<String>

    /// - Throws: for the first action that is malformed, unsupported, or names a target group that it may not.
    init(_ actions: [ELBv2.Action], loadBalancerARN: String, in snapshot: StoreSnapshot) throws {
        guard let action = actions.first else { throw AWSError.validation("An action must be specified") }
        for action in actions { try Self.checkType(action) }
        guard actions.count == 1 else {
            throw AWSError.invalidAction(
                "Exactly one action of type forward, redirect or fixed-response must be specified")
        }
        switch action.type {
        case .forward:
            let config = try ForwardNormalization.normalized(action)
            self.actions = [ForwardNormalization.shown(config, order: action.order)]
            self.targetGroupARNs = Set((config.targetGroups ?? []).compactMap(\.targetGroupArn))
            try Self.checkTargetGroups(self.targetGroupARNs, loadBalancerARN, snapshot)
            try StickyCombination.check(config, in: snapshot)
        case .redirect:
            var shown = ELBv2.Action(type: .redirect)
            shown.order = action.order
            shown.redirectConfig = try RedirectNormalization.normalized(action.redirectConfig)
            self.actions = [shown]
            self.targetGroupARNs = []
        case .fixedResponse:
            var shown = ELBv2.Action(type: .fixedResponse)
            shown.order = action.order
            shown.fixedResponseConfig = try Self.fixedResponse(action.fixedResponseConfig)
            self.actions = [shown]
            self.targetGroupARNs = []
        case .authenticateOidc, .authenticateCognito, .jwtValidation, .unknown:
            throw Self.unsupported(action.type)
        }
    }

    private static func checkType(_ action: ELBv2.Action) throws(AWSError) {
        switch action.type {
        case .forward, .redirect, .fixedResponse: return
        case .authenticateOidc, .authenticateCognito, .jwtValidation, .unknown: throw Self.unsupported(action.type)
        }
    }

    private static func unsupported(_ type: ELBv2.ActionTypeEnum) -> AWSError {
        .invalidAction("Actions of type '\(type)' are supported on HTTPS listeners only")
    }

    private static func fixedResponse(
        _ config: ELBv2.FixedResponseActionConfig?
    ) throws(AWSError) -> ELBv2.FixedResponseActionConfig {
        guard let config else { throw .validation("A FixedResponseConfig must be specified with 'fixed-response'") }
        let allowed = ["text/plain", "text/css", "text/html", "application/javascript", "application/json"]
        if let type = config.contentType, !type.isEmpty, !allowed.contains(type) {
            throw .invalidAction("The ContentType must be one of: \(allowed.map { "'\($0)'" }.joined(separator: ", "))")
        }
        return config
    }

    private static func checkTargetGroups(
        _ groups: Set<String>, _ loadBalancerARN: String, _ snapshot: StoreSnapshot
    ) throws {
        for arn in groups.sorted() {
            guard try snapshot.targetGroup(arn: arn) != nil else { throw AWSError.targetGroupNotFound(arn) }
            guard try snapshot.loadBalancerARNs(usingTargetGroup: arn).allSatisfy({ $0 == loadBalancerARN }) else {
                throw ELBv2.Errors.targetGroupAssociationLimitException(
                    "The following target groups cannot be associated with more than one load balancer: \(arn)")
            }
        }
        guard
            try snapshot.targetGroupARNs(usedByLoadBalancer: loadBalancerARN).union(groups).count
                <= Limits.targetGroupsPerLoadBalancer
        else {
            throw ELBv2.Errors.tooManyUniqueTargetGroupsPerLoadBalancerException(
                "The maximum number of unique target groups per load balancer (\(Limits.targetGroupsPerLoadBalancer)) has been reached"
            )
        }
    }
}
