internal import ECSAPI
internal import Store

/// The deployment configuration of a service: how far a deployment may go below and above its desired count.
enum DeploymentRules {
    /// - Throws: `InvalidParameterException` naming what is wrong, or not supported.
    static func check(
        _ configuration: ECS.DeploymentConfiguration?, _ loadBalancers: [ECS.LoadBalancer],
        controller: StoredService.Controller, isDaemon: Bool
    ) throws {
        if controller == .ecs {
            try ServiceDeploymentRules(configuration: configuration ?? .init(), loadBalancers: loadBalancers).check()
        } else if loadBalancers.contains(where: { $0.advancedConfiguration != nil }) {
            throw ECS.Errors.invalidParameterException(
                "advancedConfiguration field is only supported with the ECS deployment controller.")
        }
        guard let configuration else { return }
        let native: [(String, Bool)] = [
            (
                "strategy \(configuration.strategy?.rawValue ?? "")",
                configuration.strategy.map { $0 != .rolling } ?? false
            ),
            ("lifecycleHooks", configuration.lifecycleHooks?.isEmpty == false),
            ("bakeTimeInMinutes", (configuration.bakeTimeInMinutes ?? 0) > 0),
            ("linearConfiguration", configuration.linearConfiguration != nil),
            ("canaryConfiguration", configuration.canaryConfiguration != nil),
        ]
        if controller != .ecs, let (name, _) = native.first(where: \.1) {
            throw ECS.Errors.invalidParameterException(
                "deploymentConfiguration \(name) is only supported with the ECS deployment controller.")
        }
        if isDaemon, configuration.strategy.map({ $0 != .rolling }) ?? false {
            throw ECS.Errors.invalidParameterException(
                "The daemon scheduling strategy only supports the ROLLING deployment strategy.")
        }
        if controller != .ecs,
            configuration.deploymentCircuitBreaker?.enable == true || configuration.alarms?.enable == true
        {
            throw ECS.Errors.invalidParameterException(
                "Deployment circuit breaker and alarms are only supported with the ECS deployment controller.")
        }
        try self.checkAlarms(configuration.alarms)
        try self.checkPercentages(configuration, isDaemon: isDaemon)
    }

    /// Whether the alarms exist is seen when a deployment begins, and again and again: they may be made and deleted meanwhile.
    private static func checkAlarms(_ alarms: ECS.DeploymentAlarms?) throws {
        guard let alarms else { return }
        if alarms.enable, alarms.alarmNames.isEmpty {
            throw ECS.Errors.invalidParameterException("alarmNames must not be empty where alarms are enabled.")
        }
        for (index, name) in alarms.alarmNames.enumerated() {
            guard (1...255).contains(name.count) else {
                throw ECS.Errors.invalidParameterException("The alarm name '\(name)' must have 1 to 255 characters.")
            }
            guard !alarms.alarmNames[..<index].contains(name) else {
                throw ECS.Errors.invalidParameterException("The alarm name '\(name)' is given more than once.")
            }
        }
    }

    private static func checkPercentages(_ configuration: ECS.DeploymentConfiguration, isDaemon: Bool) throws {
        let minimum = configuration.minimumHealthyPercent ?? (isDaemon ? 0 : 100)
        let maximum = configuration.maximumPercent ?? (isDaemon ? 100 : 200)
        guard (0...100).contains(minimum) else {
            throw ECS.Errors.invalidParameterException(
                "minimumHealthyPercent must be between 0 and 100, not \(minimum).")
        }
        // Far above what AWS documents, and far below where counts of tasks would overflow.
        guard (100...10_000).contains(maximum) else {
            throw ECS.Errors.invalidParameterException("maximumPercent must be at least 100, not \(maximum).")
        }
        guard !isDaemon || maximum == 100 else {
            throw ECS.Errors.invalidParameterException(
                "The maximumPercent of a service with the DAEMON scheduling strategy must be 100, not \(maximum).")
        }
        guard minimum < 100 || maximum > 100 else {
            throw ECS.Errors.invalidParameterException(
                "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.")
        }
    }

    /// With the defaults that AWS echoes.
    static func completed(
        _ configuration: ECS.DeploymentConfiguration?, controller: StoredService.Controller, isDaemon: Bool
    ) -> ECS.DeploymentConfiguration {
        var completed = configuration ?? ECS.DeploymentConfiguration()
        completed.maximumPercent = completed.maximumPercent ?? (isDaemon ? 100 : 200)
        completed.minimumHealthyPercent = completed.minimumHealthyPercent ?? (isDaemon ? 0 : 100)
        switch controller {
        case .ecs:
            completed.strategy = completed.strategy ?? .rolling
            completed.deploymentCircuitBreaker =
                completed.deploymentCircuitBreaker ?? .init(enable: false, rollback: false)
        case .codeDeploy, .external:
            completed.strategy = nil
            completed.deploymentCircuitBreaker = nil
        }
        return completed
    }
}
