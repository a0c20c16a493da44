internal import DeploymentEngine
internal import ECSAPI
internal import Model
internal import WireProtocol

/// What a deployment configuration must fulfil for deployments by Amazon ECS (ecs.md sections 5, 10 and 11).
struct ServiceDeploymentRules: Sendable {
    let configuration: ECS.DeploymentConfiguration
    let loadBalancers: [ECS.LoadBalancer]

    private var isRolling: Bool { ServiceDeployment.Strategy(self.configuration) == .rolling }

    /// - Throws: `InvalidParameterException` naming the first thing that is wrong.
    func check() throws {
        if case .unknown(let name)? = self.configuration.strategy {
            throw Self.invalid("Invalid deployment strategy: \(name)")
        }
        try self.checkTimes()
        for hook in self.configuration.lifecycleHooks ?? [] { try self.check(hook) }
        try self.checkHookCounts()
        try self.checkLoadBalancers()
    }

    private func checkTimes() throws {
        let configuration = self.configuration
        try Self.check(configuration.bakeTimeInMinutes, 0...1440, "bakeTimeInMinutes")
        switch configuration.strategy {
        case .linear:
            try Self.check(configuration.linearConfiguration?.stepPercent, 3.0...100.0, "stepPercent")
            try Self.check(configuration.linearConfiguration?.stepBakeTimeInMinutes, 0...1440, "stepBakeTimeInMinutes")
        case .canary:
            try Self.check(configuration.canaryConfiguration?.canaryPercent, 0.1...100.0, "canaryPercent")
            try Self.check(
                configuration.canaryConfiguration?.canaryBakeTimeInMinutes, 0...1440, "canaryBakeTimeInMinutes")
        case .rolling, .blueGreen, .unknown, nil: break
        }
        if configuration.linearConfiguration != nil, configuration.strategy != .linear {
            throw Self.invalid("linearConfiguration is only valid when the deployment strategy is LINEAR")
        }
        if configuration.canaryConfiguration != nil, configuration.strategy != .canary {
            throw Self.invalid("canaryConfiguration is only valid when the deployment strategy is CANARY")
        }
    }

    // MARK: Hooks

    private func check(_ hook: ECS.DeploymentLifecycleHook) throws {
        let stages = try (hook.lifecycleStages ?? []).map { stage in
            guard let known = ServiceDeployment.HookStage(rawValue: stage.rawValue) else {
                throw Self.invalid("Invalid lifecycle stage: \(stage.rawValue)")
            }
            return known
        }
        guard !stages.isEmpty else { throw Self.invalid("lifecycleStages can not be empty.") }
        if self.isRolling, stages.contains(where: { $0 != .preScaleUp }) {
            throw Self.invalid(
                "Only the PRE_SCALE_UP lifecycle stage is supported with the ROLLING deployment strategy")
        }
        let timeout = hook.timeoutConfiguration?.timeoutInMinutes
        switch hook.targetType {
        case .awsLambda, nil:
            guard hook.hookTargetArn?.isEmpty == false else { throw Self.invalid("hookTargetArn can not be blank.") }
            guard hook.roleArn?.isEmpty == false else { throw Self.invalid("roleArn can not be blank.") }
            try Self.check(timeout, 1...1440, "timeoutInMinutes")
        case .pause:
            guard !stages.contains(where: { $0 == .testTrafficShift || $0 == .productionTrafficShift }) else {
                throw Self.invalid("Invalid lifecycle stage provided for Pause Hook")
            }
            guard hook.hookTargetArn == nil, hook.roleArn == nil else {
                throw Self.invalid("hookTargetArn and roleArn are not valid for a Pause Hook")
            }
            try Self.check(timeout, 1...20_160, "timeoutInMinutes")
        case .unknown: throw Self.invalid("Invalid targetType. Valid values are: AWS_LAMBDA, PAUSE")
        }
    }

    private func checkHookCounts() throws {
        let hooks = self.configuration.lifecycleHooks ?? []
        let pauses = hooks.count { $0.targetType == .pause }
        guard pauses <= 10, hooks.count - pauses <= 10 else {
            throw Self.invalid("A service can have at most 10 lifecycle hooks of each target type.")
        }
    }

    // MARK: Load balancers

    private func checkLoadBalancers() throws {
        let advanced = self.loadBalancers.compactMap(\.advancedConfiguration)
        guard advanced.isEmpty || advanced.count == self.loadBalancers.count else {
            throw Self.invalid(
                "Either all or none of the provided loadBalancers must have advancedConfiguration defined")
        }
        guard self.isRolling || advanced.count == self.loadBalancers.count else {
            throw Self.invalid(
                "advancedConfiguration field is required for all loadBalancers when using a non-ROLLING deployment strategy"
            )
        }
        var seen: Set<String> = []
        for loadBalancer in self.loadBalancers {
            guard let configuration = loadBalancer.advancedConfiguration else { continue }
            for group in [loadBalancer.targetGroupArn, configuration.alternateTargetGroupArn].compactMap(\.self) {
                guard seen.insert(group).inserted else {
                    throw Self.invalid("Duplicate targetGroupArn found: \(group)")
                }
            }
            try Self.checkRule(configuration.productionListenerRule, "productionListenerRule")
            if let test = configuration.testListenerRule {
                try Self.checkRule(test, "testListenerRule")
                guard test != configuration.productionListenerRule else {
                    throw Self.invalid(
                        "The following rules cannot be used as both production and test listener rules: \(test)")
                }
            }
            guard configuration.alternateTargetGroupArn?.isEmpty == false else {
                throw Self.invalid("alternateTargetGroupArn can not be blank.")
            }
            guard configuration.roleArn?.isEmpty == false else { throw Self.invalid("roleArn can not be blank.") }
        }
    }

    private static func checkRule(_ text: String?, _ name: String) throws {
        guard let segments = text.flatMap({ ARN($0) })?.resourceSegments, segments.first == "listener-rule",
            segments.count == 6, segments[1] == "app"
        else {
            throw Self.invalid(
                "\(name) has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for NLB. Got: \(text ?? "")")
        }
    }

    private static func check<Value: Comparable>(_ value: Value?, _ range: ClosedRange<Value>, _ name: String) throws {
        guard let value, !range.contains(value) else { return }
        throw Self.invalid("\(name) must be between \(range.lowerBound) and \(range.upperBound), not \(value)")
    }

    private static func invalid(_ message: String) -> AWSError { ECS.Errors.invalidParameterException(message) }
}
