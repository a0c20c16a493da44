internal import DeploymentEngine
internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

/// An `UpdateService` call beside the service that it is about: what it may change, and what the service is afterwards.
struct ServiceUpdate: Sendable {
    let input: ECS.UpdateService.Input
    let service: StoredService
    /// As it is before.
    private let before: ECS.CreateServiceRequest
    let revisions: [StoredServiceRevision]
    let primary: StoredServiceRevision?
    private let taskSet: ECS.TaskSet
    /// After the update. `nil` for an EXTERNAL service without a primary task set.
    let definition: ECS.TaskDefinition?
    let placement: TaskPlacement

    /// - Throws: where cluster, service or task definition is not there, or the strategy breaks a rule.
    init(_ input: ECS.UpdateService.Input, _ key: ServiceKey, _ snapshot: StoreSnapshot, in scope: Scope) throws {
        self.input = input
        self.service = try snapshot.requireActiveService(key, in: scope)
        let cluster = try snapshot.requireCluster(key.cluster, in: scope)
        let before = try StoredShape.decode(ECS.CreateServiceRequest.self, from: self.service.body)
        self.before = before
        self.revisions = try snapshot.revisions(of: key)
        self.primary = self.revisions.first { $0.role == .primary }
        let taskSet = try self.primary.map { try StoredShape.decode(ECS.TaskSet.self, from: $0.body) } ?? ECS.TaskSet()
        self.taskSet = taskSet
        if let wanted = input.taskDefinition {
            self.definition = try snapshot.requireActiveTaskDefinition(wanted, in: scope)
        } else {
            // A deregistered revision can still be scaled and redeployed.
            self.definition = try taskSet.taskDefinition.flatMap { try snapshot.taskDefinition($0, in: scope)?.shape }
        }
        let current = taskSet.capacityProviderStrategy ?? before.capacityProviderStrategy
        let placed: TaskPlacement =
            current.flatMap { $0.isEmpty ? nil : .strategy($0) }
            ?? .launchType(taskSet.launchType ?? before.launchType ?? .ec2)
        self.placement =
            switch input.capacityProviderStrategy {
            case nil: placed
            // Back from providers to the launch type that they stand for.
            case .some(let strategy) where strategy.isEmpty: .launchType(placed.isFargate ? .fargate : .ec2)
            case .some(let strategy): try snapshot.placement(launchType: nil, strategy: strategy, in: cluster)
            }
    }

    /// The controller after the update.
    var controller: StoredService.Controller {
        self.input.deploymentController.flatMap { StoredService.Controller(rawValue: $0.type.rawValue) }
            ?? self.service.controller
    }

    private var isDaemon: Bool { self.before.schedulingStrategy == .daemon }
    private var loadBalancers: [ECS.LoadBalancer] { self.input.loadBalancers ?? self.before.loadBalancers ?? [] }

    // MARK: - Rules

    /// - Throws: `InvalidParameterException` where the controller or this version does not allow the change.
    func check() throws {
        let input = self.input
        try ServiceRules.checkUnsupported([
            ("serviceRegistries", input.serviceRegistries?.isEmpty == false),
            ("serviceConnectConfiguration", input.serviceConnectConfiguration?.enabled == true),
            ("volumeConfigurations", input.volumeConfigurations?.isEmpty == false),
            ("vpcLatticeConfigurations", input.vpcLatticeConfigurations?.isEmpty == false),
        ])
        try ServiceRules.checkDesiredCount(input.desiredCount)
        guard !self.isDaemon || input.desiredCount == nil else {
            throw ECS.Errors.invalidParameterException(
                "The daemon scheduling strategy does not support a desired count. Remove the desired count value and try again."
            )
        }
        if self.controller != self.service.controller { try self.checkControllerChange() }
        try self.checkController()
        try DeploymentRules.check(
            try self.body.deploymentConfiguration, self.loadBalancers, controller: self.controller,
            isDaemon: self.isDaemon)
        try LoadBalancerRules.check(self.loadBalancers, with: self.definition)
        try LoadBalancerRules.checkGracePeriod(input.healthCheckGracePeriodSeconds, self.loadBalancers)
        try PlacementRules.check(
            input.placementConstraints, input.placementStrategy, isFargate: self.placement.isFargate)
        guard let definition else { return }
        try self.placement.check(definition)
        _ = try self.placement.platformVersion(input.platformVersion)
        try NetworkRules.check(
            input.networkConfiguration ?? self.taskSet.networkConfiguration, with: definition,
            isFargate: self.placement.isFargate)
    }

    /// What tasks are made of changes by deployments of CodeDeploy, or by task sets, where these rule.
    private func checkController() throws {
        let refused: [(String, Bool)] = [
            ("task definition", self.input.taskDefinition != nil || self.input.forceNewDeployment == true),
            ("network parameters", self.input.networkConfiguration != nil),
            ("platform version", self.input.platformVersion != nil),
            ("load balancers", self.input.loadBalancers != nil),
            ("capacity provider strategy", self.input.capacityProviderStrategy?.isEmpty == false),
            (
                "deployment configuration",
                self.controller == .external && self.input.deploymentConfiguration != nil
            ),
        ]
        guard self.controller != .ecs, let (what, _) = refused.first(where: \.1) else { return }
        let remedy =
            self.controller == .codeDeploy
            ? "Use AWS CodeDeploy to trigger a new deployment." : "Use CreateTaskSet to create a new task set."
        throw ECS.Errors.invalidParameterException(
            "Unable to update \(what) on services with a \(self.controller.rawValue) deployment controller. \(remedy)")
    }

    /// The controller changes only while nothing is being deployed (ECS guide, deployment controllers).
    private func checkControllerChange() throws {
        let change = "from \(self.service.controller.rawValue) to \(self.controller.rawValue)"
        guard !self.isDaemon else {
            throw ECS.Errors.invalidParameterException(
                "Unable to update the deployment controller \(change): the service has the DAEMON scheduling strategy.")
        }
        guard let primary, self.revisions.count == 1,
            self.service.controller != .ecs || primary.progress.rollout == .completed
        else {
            throw ECS.Errors.invalidParameterException(
                "Unable to update the deployment controller \(change) while a deployment is in progress or no task set is PRIMARY."
            )
        }
        if self.service.controller == .ecs,
            self.before.deploymentConfiguration?.deploymentCircuitBreaker?.enable == true
        {
            throw ECS.Errors.invalidParameterException(
                "Unable to update the deployment controller \(change): turn the deployment circuit breaker off first.")
        }
        if self.service.controller == .ecs, let strategy = self.before.deploymentConfiguration?.strategy,
            strategy != .rolling
        {
            throw ECS.Errors.invalidParameterException(
                "Unable to update the deployment controller \(change): the deployment strategy is \(strategy.rawValue), not ROLLING."
            )
        }
        if self.controller == .codeDeploy {
            try LoadBalancerRules.checkCount(of: self.loadBalancers, controller: .codeDeploy)
        }
    }

    // MARK: - Outcome

    /// The service's request as it stands after the update.
    var body: ECS.CreateServiceRequest {
        get throws {
            let input = self.input
            var body = self.before
            var configuration = body.deploymentConfiguration ?? ECS.DeploymentConfiguration()
            if let change = input.deploymentConfiguration {
                configuration.maximumPercent = change.maximumPercent ?? configuration.maximumPercent
                configuration.minimumHealthyPercent =
                    change.minimumHealthyPercent ?? configuration.minimumHealthyPercent
                configuration.deploymentCircuitBreaker =
                    change.deploymentCircuitBreaker ?? configuration.deploymentCircuitBreaker
                configuration.strategy = change.strategy ?? configuration.strategy
                configuration.alarms = change.alarms ?? configuration.alarms
                configuration.lifecycleHooks = change.lifecycleHooks ?? configuration.lifecycleHooks
                configuration.bakeTimeInMinutes = change.bakeTimeInMinutes ?? configuration.bakeTimeInMinutes
                if change.strategy != nil {
                    configuration.linearConfiguration = nil
                    configuration.canaryConfiguration = nil
                }
                configuration.linearConfiguration = change.linearConfiguration ?? configuration.linearConfiguration
                configuration.canaryConfiguration = change.canaryConfiguration ?? configuration.canaryConfiguration
            }
            if self.controller != self.service.controller {
                body.deploymentController = .init(
                    type: ECS.DeploymentControllerType(rawValue: self.controller.rawValue))
                configuration = DeploymentRules.completed(
                    configuration, controller: self.controller, isDaemon: self.isDaemon)
            }
            body.deploymentConfiguration = configuration
            body.desiredCount = input.desiredCount ?? body.desiredCount
            body.healthCheckGracePeriodSeconds =
                input.healthCheckGracePeriodSeconds ?? body.healthCheckGracePeriodSeconds
            body.placementConstraints = input.placementConstraints ?? body.placementConstraints
            body.placementStrategy = input.placementStrategy ?? body.placementStrategy
            body.enableECSManagedTags = input.enableECSManagedTags ?? body.enableECSManagedTags
            body.propagateTags = input.propagateTags ?? body.propagateTags
            body.enableExecuteCommand = input.enableExecuteCommand ?? body.enableExecuteCommand
            body.availabilityZoneRebalancing = input.availabilityZoneRebalancing ?? body.availabilityZoneRebalancing
            guard self.controller == .ecs else { return body }
            body.taskDefinition = self.definition?.taskDefinitionArn ?? body.taskDefinition
            body.capacityProviderStrategy = self.placement.strategy
            body.launchType = self.placement.launchType
            body.platformVersion = try self.platformVersion
            body.networkConfiguration = input.networkConfiguration ?? self.taskSet.networkConfiguration
            body.loadBalancers = self.loadBalancers
            if !self.loadBalancers.isEmpty {
                body.healthCheckGracePeriodSeconds = body.healthCheckGracePeriodSeconds ?? 0
            } else {
                body.healthCheckGracePeriodSeconds = nil
            }
            return body
        }
    }

    private var platformVersion: String? {
        get throws {
            let kept = self.placement.isFargate ? self.taskSet.platformVersion : nil
            return try self.placement.platformVersion(self.input.platformVersion ?? kept)
        }
    }

    /// What the tasks of a new deployment are made of; `nil` where none is started.
    var newDeployment: ECS.TaskSet? {
        get throws {
            guard self.controller == .ecs else { return nil }
            var next = self.taskSet
            next.taskDefinition = self.definition?.taskDefinitionArn ?? next.taskDefinition
            next.networkConfiguration = self.input.networkConfiguration ?? next.networkConfiguration
            next.platformVersion = try self.platformVersion
            next.loadBalancers = self.loadBalancers
            next.capacityProviderStrategy = self.placement.strategy
            next.launchType = self.placement.launchType
            // Another controller made it.
            next.externalId = nil
            next.startedBy = nil
            let isAdopted = self.service.controller != .ecs
            var unchanged = self.taskSet
            if isAdopted { (unchanged.externalId, unchanged.startedBy) = (nil, nil) }
            return next != unchanged || self.input.forceNewDeployment == true ? next : nil
        }
    }

    /// What is remembered of the primary revision when another controller takes it over.
    func adoptedProgress(of progress: RevisionProgress) -> RevisionProgress {
        var adopted = RevisionProgress()
        adopted.mostHealthy = progress.mostHealthy
        adopted.rollout = .completed
        return adopted
    }
}
