internal import DeploymentEngine
internal import ECSAPI
internal import Model
internal import WireProtocol

extension ServiceDeployment.Plan {
    /// What a service's configuration asks of its next deployment. The configuration has been checked.
    init(
        target: String, _ configuration: ECS.DeploymentConfiguration?, loadBalancers: [ECS.LoadBalancer],
        migration: MigrationTask?, timeScale: TimeScale
    ) {
        let strategy = ServiceDeployment.Strategy(configuration)
        let routes = loadBalancers.compactMap(RevisionTraffic.Route.init)
        let breaker = configuration?.deploymentCircuitBreaker
        let alarms = configuration?.alarms
        // How long alarms are watched after a rolling deployment has replaced the last task. Amazon ECS computes it from the
        // alarms, and says that it cannot be set.
        let watch: Duration = alarms?.enable == true ? .minutes(5) : .zero
        self.init(
            target: .init(rawValue: target), strategy: strategy,
            bakeTime: strategy == .rolling ? watch : .minutes(configuration?.bakeTimeInMinutes ?? 15),
            hooks: (configuration?.lifecycleHooks ?? []).map(ServiceDeployment.Hook.init),
            traffic: strategy == .rolling || routes.isEmpty
                ? .none : routes.contains { $0.testRule != nil } ? .productionAndTest : .production,
            circuitBreaker: CircuitBreaker(isEnabled: breaker?.enable ?? false, rollsBack: breaker?.rollback ?? false),
            alarms: .init(
                names: alarms?.alarmNames ?? [], isEnabled: alarms?.enable ?? false,
                rollsBack: alarms?.rollback ?? false),
            migration: migration, timeScale: timeScale)
    }
}

extension ServiceDeployment.Strategy {
    init(_ configuration: ECS.DeploymentConfiguration?) {
        func permille(_ percent: Double) -> Int { Int((percent * 10).rounded()) }
        switch configuration?.strategy {
        case .blueGreen: self = .blueGreen
        case .linear:
            let linear = configuration?.linearConfiguration
            self = .linear(
                permille: permille(linear?.stepPercent ?? 10), bake: .minutes(linear?.stepBakeTimeInMinutes ?? 6))
        case .canary:
            let canary = configuration?.canaryConfiguration
            self = .canary(
                permille: permille(canary?.canaryPercent ?? 5), bake: .minutes(canary?.canaryBakeTimeInMinutes ?? 10))
        case .rolling, .unknown, nil: self = .rolling
        }
    }
}

extension ServiceDeployment.Hook {
    init(_ hook: ECS.DeploymentLifecycleHook) {
        let timeout = hook.timeoutConfiguration
        self.init(
            target: hook.targetType == .pause
                ? .pause : .function(arn: hook.hookTargetArn ?? "", roleARN: hook.roleArn),
            stages: (hook.lifecycleStages ?? []).compactMap { .init(rawValue: $0.rawValue) },
            details: hook.hookDetails.map { String(decoding: $0.serialized, as: UTF8.self) },
            timeout: .minutes(timeout?.timeoutInMinutes ?? 1440),
            timeoutAction: timeout?.action.flatMap { .init(rawValue: $0.rawValue) } ?? .rollback)
    }
}
