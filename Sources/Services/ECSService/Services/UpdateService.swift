internal import DeploymentEngine
internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    /// Changes counts and settings in place; under the ECS controller, what tasks are made of starts a new deployment.
    func updateService(_ input: ECS.UpdateService.Input, _ context: RequestContext) async throws
        -> ECS.UpdateService.Output
    {
        let scope = context.scope
        let key = ECSNames.service(input.service, cluster: input.cluster, in: scope)
        let (controller, definition) = try await self.store.read { snapshot in
            let service = try snapshot.requireActiveService(key, in: scope)
            return (
                service.controller,
                try input.taskDefinition.map { try snapshot.requireActiveTaskDefinition($0, in: scope) }
            )
        }
        try Self.checkUpdate(input, controller)
        try await self.checkTargetGroups(input.loadBalancers ?? [], definition, in: scope)
        let now = self.clock.now()
        return try await self.store.write { transaction in
            var service = try transaction.requireActiveService(key, in: scope)
            let primary = try transaction.revisions(of: key).first { $0.role == .primary }
            var taskSet = try primary.map { try StoredShape.decode(ECS.TaskSet.self, from: $0.body) } ?? ECS.TaskSet()
            if let count = input.desiredCount { service.desiredCount = count }
            service.body = StoredShape.encode(try Self.updated(service.body, by: input))
            service.steadySince = nil
            try transaction.update(service)
            if Self.startsDeployment(input), service.controller == .ecs {
                taskSet.taskDefinition = definition?.taskDefinitionArn ?? taskSet.taskDefinition
                taskSet.networkConfiguration = input.networkConfiguration ?? taskSet.networkConfiguration
                taskSet.platformVersion = input.platformVersion ?? taskSet.platformVersion
                taskSet.loadBalancers = input.loadBalancers ?? taskSet.loadBalancers
                if let strategy = input.capacityProviderStrategy {
                    taskSet.capacityProviderStrategy = strategy.isEmpty ? nil : strategy
                    taskSet.launchType = strategy.isEmpty ? .ec2 : nil
                }
                if let arn = taskSet.taskDefinition, let current = try transaction.taskDefinition(arn, in: scope) {
                    let shape = try current.shape
                    try ServiceRules.check(taskSet.networkConfiguration, with: shape)
                    for loadBalancer in taskSet.loadBalancers ?? [] {
                        try ServiceRules.check(loadBalancer, with: shape)
                    }
                }
                try transaction.replacePrimary(primary, with: taskSet, of: key, at: now)
            }
            return ECS.UpdateService.Output(service: try transaction.described(service, tags: true, in: scope))
        }
    }

    private static func startsDeployment(_ input: ECS.UpdateService.Input) -> Bool {
        input.taskDefinition != nil || input.networkConfiguration != nil || input.platformVersion != nil
            || input.loadBalancers != nil
            || input.capacityProviderStrategy != nil || input.forceNewDeployment == true
    }

    /// - Throws: `InvalidParameterException` where the controller or this version does not allow the change.
    private static func checkUpdate(_ input: ECS.UpdateService.Input, _ controller: StoredService.Controller) throws {
        if let count = input.desiredCount, count < 0 {
            throw ECS.Errors.invalidParameterException("desiredCount can not be negative: \(count)")
        }
        if let strategy = input.deploymentConfiguration?.strategy, strategy != .rolling {
            throw ECS.Errors.invalidParameterException(
                "deployment strategy \(strategy.rawValue) is not supported by this version of Teal")
        }
        let unsupported: [(String, Bool)] = [
            ("serviceRegistries", input.serviceRegistries?.isEmpty == false),
            ("serviceConnectConfiguration", input.serviceConnectConfiguration?.enabled == true),
            ("volumeConfigurations", input.volumeConfigurations?.isEmpty == false),
            ("vpcLatticeConfigurations", input.vpcLatticeConfigurations?.isEmpty == false),
            ("deploymentConfiguration.alarms", input.deploymentConfiguration?.alarms?.enable == true),
        ]
        if let (name, _) = unsupported.first(where: \.1) {
            throw ECS.Errors.invalidParameterException("\(name) is not supported by this version of Teal")
        }
        if let wanted = input.deploymentController?.type.rawValue, wanted != controller.rawValue {
            throw ECS.Errors.invalidParameterException(
                "changing the deployment controller from \(controller.rawValue) to \(wanted) is not supported by this version of Teal"
            )
        }
        let refused: [(String, Bool)] = [
            ("task definition", input.taskDefinition != nil || input.forceNewDeployment == true),
            ("network parameters", input.networkConfiguration != nil),
            ("platform version", input.platformVersion != nil), ("load balancers", input.loadBalancers != nil),
            ("capacity provider strategy", input.capacityProviderStrategy?.isEmpty == false),
        ]
        guard controller != .ecs, let (what, _) = refused.first(where: \.1) else { return }
        let remedy =
            controller == .codeDeploy
            ? "Use AWS CodeDeploy to trigger a new deployment." : "Use CreateTaskSet to create a new task set."
        throw ECS.Errors.invalidParameterException(
            "Unable to update \(what) on services with a \(controller.rawValue) deployment controller. \(remedy)")
    }

    private static func updated(_ text: String, by input: ECS.UpdateService.Input) throws -> ECS.CreateServiceRequest {
        var body = try StoredShape.decode(ECS.CreateServiceRequest.self, from: text)
        if let change = input.deploymentConfiguration {
            var configuration = body.deploymentConfiguration ?? ECS.DeploymentConfiguration()
            configuration.maximumPercent = change.maximumPercent ?? configuration.maximumPercent
            configuration.minimumHealthyPercent = change.minimumHealthyPercent ?? configuration.minimumHealthyPercent
            configuration.deploymentCircuitBreaker =
                change.deploymentCircuitBreaker ?? configuration.deploymentCircuitBreaker
            body.deploymentConfiguration = configuration
        }
        body.healthCheckGracePeriodSeconds = input.healthCheckGracePeriodSeconds ?? body.healthCheckGracePeriodSeconds
        body.placementConstraints = input.placementConstraints ?? body.placementConstraints
        body.placementStrategy = input.placementStrategy ?? body.placementStrategy
        body.enableECSManagedTags = input.enableECSManagedTags ?? body.enableECSManagedTags
        body.propagateTags = input.propagateTags ?? body.propagateTags
        body.enableExecuteCommand = input.enableExecuteCommand ?? body.enableExecuteCommand
        body.availabilityZoneRebalancing = input.availabilityZoneRebalancing ?? body.availabilityZoneRebalancing
        if let strategy = input.capacityProviderStrategy {
            body.capacityProviderStrategy = strategy.isEmpty ? nil : strategy
            body.launchType = strategy.isEmpty ? .ec2 : nil
        }
        body.loadBalancers = input.loadBalancers ?? body.loadBalancers
        body.networkConfiguration = input.networkConfiguration ?? body.networkConfiguration
        body.platformVersion = input.platformVersion ?? body.platformVersion
        return body
    }
}

extension StoreTransaction {
    /// A new deployment of the ECS controller becomes PRIMARY; the one before it gives its tasks up.
    func replacePrimary(
        _ primary: StoredServiceRevision?, with taskSet: ECS.TaskSet, of key: ServiceKey, at now: Timestamp
    ) throws {
        if var previous = primary {
            previous.role = .active
            previous.updatedAt = now
            try self.save(previous)
        }
        try self.save(
            StoredServiceRevision(
                id: "ecs-svc/" + Identifiers.decimal19(), service: key, role: .primary, scale: 100, clientToken: nil,
                progress: RevisionProgress(),
                createdAt: now, updatedAt: now, body: StoredShape.encode(taskSet)))
    }
}
