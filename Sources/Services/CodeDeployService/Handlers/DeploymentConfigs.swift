internal import CodeDeployAPI
internal import Model
internal import Store
internal import WireProtocol

extension CodeDeployHandlers {
    func createDeploymentConfig(
        _ input: CodeDeploy.CreateDeploymentConfig.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.CreateDeploymentConfig.Output {
        let name = input.deploymentConfigName
        try ResourceName.checkConfig(name)
        guard !name.hasPrefix(PredefinedConfigs.prefix) else {
            throw CodeDeploy.Errors.invalidDeploymentConfigNameException(
                "The deployment configuration name '\(name)' begins with the reserved prefix \(PredefinedConfigs.prefix)."
            )
        }
        let platform = input.computePlatform ?? .server
        try DeploymentConfigRules.check(input, platform)
        let region = context.scope.region
        let information = CodeDeploy.DeploymentConfigInfo(
            deploymentConfigId: Identifiers.uuid(), deploymentConfigName: name,
            minimumHealthyHosts: input.minimumHealthyHosts,
            createTime: self.clock.now(), computePlatform: platform, trafficRoutingConfig: input.trafficRoutingConfig,
            zonalConfig: input.zonalConfig)
        let id = information.deploymentConfigId ?? ""
        try await self.store.write { transaction in
            guard try transaction.codeDeployConfig(named: name, region: region) == nil else {
                throw CodeDeploy.Errors.deploymentConfigAlreadyExistsException(
                    "A deployment configuration named \(name) already exists.")
            }
            try transaction.insert(
                StoredDeploymentConfig(id: id, region: region, name: name, body: StoredShape.encode(information)))
        }
        return .init(deploymentConfigId: id)
    }

    func deleteDeploymentConfig(
        _ input: CodeDeploy.DeleteDeploymentConfig.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.DeleteDeploymentConfig.Output {
        let (name, region) = (input.deploymentConfigName, context.scope.region)
        try ResourceName.checkConfig(name)
        guard PredefinedConfigs.config(named: name) == nil else {
            throw CodeDeploy.Errors.invalidOperationException(
                "The predefined deployment configuration \(name) cannot be deleted.")
        }
        try await self.store.write { transaction in
            guard try !transaction.isCodeDeployConfigInUse(named: name, region: region) else {
                throw CodeDeploy.Errors.deploymentConfigInUseException(
                    "The deployment configuration \(name) is in use.")
            }
            try transaction.deleteCodeDeployConfig(named: name, region: region)
        }
        return .init()
    }

    func getDeploymentConfig(
        _ input: CodeDeploy.GetDeploymentConfig.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.GetDeploymentConfig.Output {
        let config = try await self.store.read {
            try $0.requireConfig(input.deploymentConfigName, region: context.scope.region)
        }
        return .init(deploymentConfigInfo: config)
    }

    func listDeploymentConfigs(
        _ input: CodeDeploy.ListDeploymentConfigs.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.ListDeploymentConfigs.Output {
        let own = try await self.store.read { try $0.codeDeployConfigs(region: context.scope.region).map(\.name) }
        let all = (PredefinedConfigs.all.compactMap(\.deploymentConfigName) + own).sorted()
        let page = try NextToken.page(of: all, after: input.nextToken)
        return .init(deploymentConfigsList: page.names, nextToken: page.next)
    }
}

/// What a deployment configuration must hold, by compute platform.
private enum DeploymentConfigRules {
    static func check(_ input: CodeDeploy.CreateDeploymentConfig.Input, _ platform: CodeDeploy.ComputePlatform) throws {
        switch platform {
        case .ecs, .lambda:
            guard input.minimumHealthyHosts == nil else {
                throw CodeDeploy.Errors.invalidMinimumHealthyHostValueException(
                    "minimumHealthyHosts is not valid for the \(platform) compute platform.")
            }
            guard input.zonalConfig == nil else {
                throw CodeDeploy.Errors.invalidZonalDeploymentConfigurationException(
                    "zonalConfig is not valid for the \(platform) compute platform.")
            }
            guard let routing = input.trafficRoutingConfig else {
                throw CodeDeploy.Errors.invalidTrafficRoutingConfigurationException(
                    "trafficRoutingConfig is required for the \(platform) compute platform.")
            }
            try Self.check(routing)
        case .server, .unknown:
            guard input.trafficRoutingConfig == nil else {
                throw CodeDeploy.Errors.invalidComputePlatformException(
                    "trafficRoutingConfig is not valid for the \(platform) compute platform.")
            }
            guard input.minimumHealthyHosts?.type != nil, input.minimumHealthyHosts?.value != nil else {
                throw CodeDeploy.Errors.invalidMinimumHealthyHostValueException(
                    "minimumHealthyHosts with type and value is required for the \(platform) compute platform.")
            }
        }
    }

    private static func check(_ routing: CodeDeploy.TrafficRoutingConfig) throws {
        func refuse(_ text: String) -> any Error { CodeDeploy.Errors.invalidTrafficRoutingConfigurationException(text) }
        func check(_ part: String, _ percentage: Int?, _ interval: Int?) throws {
            guard let percentage, (1...99).contains(percentage) else {
                throw refuse("\(part)Percentage must be from 1 to 99.")
            }
            guard let interval, (1...2880).contains(interval) else {
                throw refuse("\(part)Interval must be from 1 to 2880 minutes.")
            }
        }
        switch routing.type {
        case .allAtOnce:
            guard routing.timeBasedCanary == nil, routing.timeBasedLinear == nil else {
                throw refuse("AllAtOnce takes neither timeBasedCanary nor timeBasedLinear.")
            }
        case .timeBasedCanary:
            guard routing.timeBasedLinear == nil else { throw refuse("TimeBasedCanary takes no timeBasedLinear.") }
            try check("canary", routing.timeBasedCanary?.canaryPercentage, routing.timeBasedCanary?.canaryInterval)
        case .timeBasedLinear:
            guard routing.timeBasedCanary == nil else { throw refuse("TimeBasedLinear takes no timeBasedCanary.") }
            try check("linear", routing.timeBasedLinear?.linearPercentage, routing.timeBasedLinear?.linearInterval)
        case .unknown(let type): throw refuse("The type \(type) is not valid.")
        case nil: throw refuse("type is required.")
        }
    }
}
