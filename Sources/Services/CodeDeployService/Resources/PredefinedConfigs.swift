internal import CodeDeployAPI
internal import Model

/// The deployment configurations that AWS provides (deployment-configurations page of the user guide).
enum PredefinedConfigs {
    static let prefix = "CodeDeployDefault."
    static let ecsAllAtOnce = "CodeDeployDefault.ECSAllAtOnce"

    /// By name.
    static let all: [CodeDeploy.DeploymentConfigInfo] =
        (Self.server + Self.timed(.ecs, "ECS") + Self.timed(.lambda, "Lambda"))
        .sorted { ($0.deploymentConfigName ?? "") < ($1.deploymentConfigName ?? "") }

    static func config(named name: String) -> CodeDeploy.DeploymentConfigInfo? {
        self.all.first { $0.deploymentConfigName == name }
    }

    private static let server: [CodeDeploy.DeploymentConfigInfo] = [
        Self.fleet("OneAtATime", .init(type: .hostCount, value: 1), number: 1),
        Self.fleet("HalfAtATime", .init(type: .fleetPercent, value: 50), number: 2),
        Self.fleet("AllAtOnce", .init(type: .hostCount, value: 0), number: 3),
    ]

    private static func fleet(
        _ name: String, _ healthy: CodeDeploy.MinimumHealthyHosts, number: Int
    ) -> CodeDeploy.DeploymentConfigInfo {
        CodeDeploy.DeploymentConfigInfo(
            deploymentConfigId: Self.id(number), deploymentConfigName: Self.prefix + name, minimumHealthyHosts: healthy,
            createTime: .epoch, computePlatform: .server)
    }

    private static func timed(_ platform: CodeDeploy.ComputePlatform, _ prefix: String) -> [CodeDeploy
        .DeploymentConfigInfo]
    {
        let isECS = platform == .ecs
        let first = isECS ? 10 : 20
        func config(_ number: Int, _ name: String, _ routing: CodeDeploy.TrafficRoutingConfig)
            -> CodeDeploy.DeploymentConfigInfo
        {
            CodeDeploy.DeploymentConfigInfo(
                deploymentConfigId: Self.id(first + number), deploymentConfigName: Self.prefix + prefix + name,
                createTime: .epoch,
                computePlatform: platform, trafficRoutingConfig: routing)
        }
        func linear(_ number: Int, _ interval: Int) -> CodeDeploy.DeploymentConfigInfo {
            // The ECS names say "Every1Minutes", the Lambda ones "Every1Minute".
            let unit = isECS || interval > 1 ? "Minutes" : "Minute"
            return config(
                number, "Linear10PercentEvery\(interval)\(unit)",
                .init(type: .timeBasedLinear, timeBasedLinear: .init(linearPercentage: 10, linearInterval: interval)))
        }
        func canary(_ number: Int, _ interval: Int) -> CodeDeploy.DeploymentConfigInfo {
            config(
                number, "Canary10Percent\(interval)Minutes",
                .init(type: .timeBasedCanary, timeBasedCanary: .init(canaryPercentage: 10, canaryInterval: interval)))
        }
        let intervals = isECS ? (linear: [1, 3], canary: [5, 15]) : (linear: [1, 2, 3, 10], canary: [5, 10, 15, 30])
        return [config(0, "AllAtOnce", .init(type: .allAtOnce))]
            + intervals.linear.enumerated().map { linear(1 + $0.offset, $0.element) }
            + intervals.canary.enumerated().map { canary(5 + $0.offset, $0.element) }
    }

    /// The same on every installation.
    private static func id(_ number: Int) -> String {
        "00000000-0000-4000-8000-0000000000" + (number < 10 ? "0\(number)" : "\(number)")
    }
}
