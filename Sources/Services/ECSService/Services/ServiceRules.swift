internal import ECSAPI
internal import Store

/// What a new service must fulfil, and the defaults that AWS echoes (ecs.md section 5).
struct ServiceRules: Sendable {
    let input: ECS.CreateService.Input
    let controller: StoredService.Controller
    let definition: ECS.TaskDefinition?

    /// - Throws: `InvalidParameterException` naming the first thing that is wrong.
    func check() throws {
        try self.checkUnsupported()
        let input = self.input
        if self.controller != .external, self.definition == nil {
            throw ECS.Errors.invalidParameterException("TaskDefinition can not be blank.")
        }
        if let count = input.desiredCount, count < 0 {
            throw ECS.Errors.invalidParameterException("desiredCount can not be negative: \(count)")
        }
        if input.launchType != nil, input.capacityProviderStrategy?.isEmpty == false {
            throw ECS.Errors.invalidParameterException(
                "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again."
            )
        }
        let loadBalancers = input.loadBalancers ?? []
        switch self.controller {
        case .external:
            guard loadBalancers.isEmpty else {
                throw ECS.Errors.invalidParameterException("LoadBalancers must be empty or null.")
            }
        case .codeDeploy:
            guard loadBalancers.count == 1 else {
                throw ECS.Errors.invalidParameterException(
                    "Services with a CODE_DEPLOY deployment controller must have exactly one load balancer, not \(loadBalancers.count)."
                )
            }
        case .ecs: break
        }
        if self.controller != .ecs, let configuration = input.deploymentConfiguration {
            if configuration.deploymentCircuitBreaker?.enable == true || configuration.alarms?.enable == true {
                throw ECS.Errors.invalidParameterException(
                    "Deployment circuit breaker and alarms are only supported with the ECS deployment controller.")
            }
        }
        if input.healthCheckGracePeriodSeconds != nil, loadBalancers.isEmpty {
            throw ECS.Errors.invalidParameterException(
                "Health check grace period is only valid for services configured to use load balancers")
        }
        if let definition = self.definition {
            try Self.check(input.networkConfiguration, with: definition)
            for loadBalancer in loadBalancers { try Self.check(loadBalancer, with: definition) }
        }
    }

    private func checkUnsupported() throws {
        let input = self.input
        if let strategy = input.deploymentConfiguration?.strategy, strategy != .rolling {
            throw ECS.Errors.invalidParameterException(
                "deployment strategy \(strategy.rawValue) is not supported by this version of Teal; use ROLLING, or a CODE_DEPLOY controller"
            )
        }
        if input.schedulingStrategy == .daemon {
            throw ECS.Errors.invalidParameterException("scheduling strategy DAEMON is not supported by Teal")
        }
        let unsupported: [(String, Bool)] = [
            ("serviceRegistries", input.serviceRegistries?.isEmpty == false),
            ("serviceConnectConfiguration", input.serviceConnectConfiguration?.enabled == true),
            ("volumeConfigurations", input.volumeConfigurations?.isEmpty == false),
            ("vpcLatticeConfigurations", input.vpcLatticeConfigurations?.isEmpty == false),
            ("deploymentConfiguration.alarms", input.deploymentConfiguration?.alarms?.enable == true),
            ("deploymentConfiguration.lifecycleHooks", input.deploymentConfiguration?.lifecycleHooks?.isEmpty == false),
        ]
        if let (name, _) = unsupported.first(where: \.1) {
            throw ECS.Errors.invalidParameterException("\(name) is not supported by this version of Teal")
        }
    }

    static func check(_ network: ECS.NetworkConfiguration?, with definition: ECS.TaskDefinition) throws {
        if definition.networkMode == .awsvpc {
            guard let vpc = network?.awsvpcConfiguration else {
                throw ECS.Errors.invalidParameterException(
                    "Network Configuration must be provided when networkMode 'awsvpc' is specified.")
            }
            guard !vpc.subnets.isEmpty else { throw ECS.Errors.invalidParameterException("subnets can not be empty.") }
        } else if network?.awsvpcConfiguration != nil {
            throw ECS.Errors.invalidParameterException(
                "Network Configuration is not valid for the given networkMode of this task definition.")
        }
    }

    static func check(_ loadBalancer: ECS.LoadBalancer, with definition: ECS.TaskDefinition) throws {
        guard loadBalancer.loadBalancerName == nil else {
            throw ECS.Errors.invalidParameterException(
                "classic load balancers (loadBalancerName) are not supported by Teal")
        }
        guard loadBalancer.targetGroupArn != nil else {
            throw ECS.Errors.invalidParameterException("targetGroupArn can not be blank.")
        }
        guard loadBalancer.advancedConfiguration == nil else {
            throw ECS.Errors.invalidParameterException("advancedConfiguration is not supported by this version of Teal")
        }
        let name = loadBalancer.containerName ?? ""
        guard let container = definition.containerDefinitions?.first(where: { $0.name == name }) else {
            throw ECS.Errors.invalidParameterException("The container \(name) does not exist in the task definition.")
        }
        let port = loadBalancer.containerPort ?? 0
        guard container.portMappings?.contains(where: { $0.containerPort == port }) == true else {
            throw ECS.Errors.invalidParameterException(
                "The container \(name) did not have a container port \(port) defined.")
        }
    }

    /// The request with AWS's defaults, as it is stored and described.
    var normalized: ECS.CreateServiceRequest {
        var input = self.input
        input.launchType = input.launchType ?? (input.capacityProviderStrategy?.isEmpty == false ? nil : .ec2)
        input.schedulingStrategy = .replica
        input.propagateTags = input.propagateTags ?? ECS.PropagateTags.none
        input.availabilityZoneRebalancing = input.availabilityZoneRebalancing ?? .enabled
        if input.launchType == .fargate { input.platformVersion = input.platformVersion ?? "LATEST" }
        if input.loadBalancers?.isEmpty == false {
            input.healthCheckGracePeriodSeconds = input.healthCheckGracePeriodSeconds ?? 0
        }
        var configuration = input.deploymentConfiguration ?? ECS.DeploymentConfiguration()
        configuration.maximumPercent = configuration.maximumPercent ?? 200
        configuration.minimumHealthyPercent = configuration.minimumHealthyPercent ?? 100
        if self.controller == .ecs {
            configuration.strategy = .rolling
            configuration.deploymentCircuitBreaker =
                configuration.deploymentCircuitBreaker ?? .init(enable: false, rollback: false)
        }
        input.deploymentConfiguration = configuration
        input.tags = nil
        return input
    }

    /// The revision that the service starts with.
    func firstTaskSet(_ definition: ECS.TaskDefinition) -> ECS.TaskSet {
        let input = self.normalized
        return ECS.TaskSet(
            taskDefinition: definition.taskDefinitionArn, launchType: input.launchType,
            capacityProviderStrategy: input.capacityProviderStrategy,
            platformVersion: input.platformVersion, networkConfiguration: input.networkConfiguration,
            loadBalancers: input.loadBalancers ?? [],
            serviceRegistries: [])
    }
}
