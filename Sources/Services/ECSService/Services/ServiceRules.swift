internal import ECSAPI
internal import Model
internal import Store

/// What a new service must fulfil, and the defaults that AWS echoes (ecs.md section 5).
struct ServiceRules: Sendable {
    let input: ECS.CreateService.Input
    let controller: StoredService.Controller
    let definition: ECS.TaskDefinition?
    let placement: TaskPlacement
    let scope: Scope

    private var isDaemon: Bool { self.input.schedulingStrategy == .daemon }
    private var loadBalancers: [ECS.LoadBalancer] { self.input.loadBalancers ?? [] }

    /// - Throws: `InvalidParameterException` naming the first thing that is wrong.
    func check() throws {
        let input = self.input
        guard (1...255).contains(input.serviceName.count), ECSNames.isIdentifier(input.serviceName) else {
            throw ECS.Errors.invalidParameterException(
                "Invalid service name '\(input.serviceName)': up to 255 letters, numbers, underscores and hyphens.")
        }
        try Self.checkUnsupported([
            ("serviceRegistries", input.serviceRegistries?.isEmpty == false),
            ("serviceConnectConfiguration", input.serviceConnectConfiguration?.enabled == true),
            ("volumeConfigurations", input.volumeConfigurations?.isEmpty == false),
            ("vpcLatticeConfigurations", input.vpcLatticeConfigurations?.isEmpty == false),
        ])
        if self.controller != .external, self.definition == nil {
            throw ECS.Errors.invalidParameterException("TaskDefinition can not be blank.")
        }
        try Self.checkDesiredCount(input.desiredCount)
        if self.isDaemon { try self.checkDaemon() }
        try DeploymentRules.check(
            input.deploymentConfiguration, self.loadBalancers, controller: self.controller, isDaemon: self.isDaemon)
        try LoadBalancerRules.checkCount(of: self.loadBalancers, controller: self.controller)
        try LoadBalancerRules.check(self.loadBalancers, with: self.definition)
        try LoadBalancerRules.checkGracePeriod(input.healthCheckGracePeriodSeconds, self.loadBalancers)
        _ = try self.placement.platformVersion(input.platformVersion)
        try PlacementRules.check(
            input.placementConstraints, input.placementStrategy, isFargate: self.placement.isFargate)
        guard let definition else { return }
        try self.placement.check(definition)
        try NetworkRules.check(input.networkConfiguration, with: definition, isFargate: self.placement.isFargate)
        try self.checkRole(definition)
    }

    static func checkUnsupported(_ members: [(String, Bool)]) throws {
        guard let (name, _) = members.first(where: \.1) else { return }
        throw ECS.Errors.invalidParameterException("\(name) is not supported by this version of Teal")
    }

    /// - Throws: `InvalidParameterException` below 0 and above AWS's quota of 5,000 tasks a service.
    static func checkDesiredCount(_ count: Int?) throws {
        guard let count else { return }
        guard count >= 0 else {
            throw ECS.Errors.invalidParameterException("desiredCount can not be negative: \(count)")
        }
        guard count <= 5000 else {
            throw ECS.Errors.invalidParameterException("desiredCount can be at most 5000, not \(count).")
        }
    }

    private func checkDaemon() throws {
        guard self.input.desiredCount == nil else {
            throw ECS.Errors.invalidParameterException(
                "The daemon scheduling strategy does not support a desired count. Remove the desired count value and try again."
            )
        }
        guard self.controller == .ecs else {
            throw ECS.Errors.invalidParameterException(
                "The daemon scheduling strategy is not supported with the \(self.controller.rawValue) deployment controller."
            )
        }
        guard !self.placement.isFargate else {
            throw ECS.Errors.invalidParameterException(
                "The daemon scheduling strategy is not supported for the FARGATE launch type.")
        }
        guard self.placement.strategy == nil else {
            throw ECS.Errors.invalidParameterException(
                "The daemon scheduling strategy does not support capacity provider strategies.")
        }
        guard self.input.placementStrategy?.isEmpty != false else {
            throw ECS.Errors.invalidParameterException(
                "The daemon scheduling strategy does not support placement strategies.")
        }
    }

    /// A role is for a load balancer alone; the service-linked one does where tasks have a network of their own.
    private func checkRole(_ definition: ECS.TaskDefinition) throws {
        guard self.input.role?.isEmpty == false else { return }
        guard definition.networkMode != .awsvpc, self.loadBalancers.count < 2 else {
            throw ECS.Errors.invalidParameterException(
                "You cannot specify an IAM role for services that require a service linked role.")
        }
    }

    /// How many tasks a daemon has: one on each container instance, of which there is one.
    private static let daemonCount = 1

    var desiredCount: Int { self.isDaemon ? Self.daemonCount : self.input.desiredCount ?? 0 }

    /// The request with AWS's defaults, as it is stored and described.
    var normalized: ECS.CreateServiceRequest {
        get throws {
            var input = self.input
            input.taskDefinition = self.definition?.taskDefinitionArn
            input.cluster = nil
            input.desiredCount = self.desiredCount
            input.launchType = self.placement.launchType
            input.capacityProviderStrategy = self.placement.strategy
            input.platformVersion = try self.placement.platformVersion(input.platformVersion)
            input.schedulingStrategy = input.schedulingStrategy ?? .replica
            input.propagateTags = input.propagateTags ?? ECS.PropagateTags.none
            input.availabilityZoneRebalancing = input.availabilityZoneRebalancing ?? .enabled
            input.role = self.role
            if !self.loadBalancers.isEmpty {
                input.healthCheckGracePeriodSeconds = input.healthCheckGracePeriodSeconds ?? 0
            }
            input.deploymentConfiguration = DeploymentRules.completed(
                input.deploymentConfiguration, controller: self.controller, isDaemon: self.isDaemon)
            input.tags = nil
            input.clientToken = nil
            return input
        }
    }

    /// Given by name or ARN; else the service-linked role, where ECS needs one.
    private var role: String? {
        let iam = "arn:\(self.scope.partition):iam::\(self.scope.account):role/"
        if let role = self.input.role, !role.isEmpty { return role.hasPrefix("arn:") ? role : iam + role }
        guard !self.loadBalancers.isEmpty || self.definition?.networkMode == .awsvpc else { return nil }
        return iam + "aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"
    }

    /// The revision that the service starts with.
    func firstTaskSet(_ body: ECS.CreateServiceRequest) -> ECS.TaskSet {
        ECS.TaskSet(
            taskDefinition: body.taskDefinition, launchType: body.launchType,
            capacityProviderStrategy: body.capacityProviderStrategy, platformVersion: body.platformVersion,
            networkConfiguration: body.networkConfiguration, loadBalancers: body.loadBalancers ?? [],
            serviceRegistries: [])
    }
}
