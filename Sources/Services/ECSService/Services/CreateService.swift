internal import DeploymentEngine
internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    /// Records the service and its first revision: a deployment of the ECS controller, or the primary task set that
    /// CodeDeploy will later replace. An EXTERNAL service begins without task sets.
    func createService(_ input: ECS.CreateService.Input, _ context: RequestContext) async throws
        -> ECS.CreateService.Output
    {
        let scope = context.scope
        let key = ServiceKey(
            region: scope.region, cluster: ECSNames.cluster(input.cluster), name: input.serviceName)
        let controller = StoredService.Controller(rawValue: input.deploymentController?.type.rawValue ?? "ECS") ?? .ecs
        let rules = try await self.store.read { snapshot in
            let cluster = try snapshot.requireCluster(key.cluster, in: scope)
            return ServiceRules(
                input: input, controller: controller,
                definition: try input.taskDefinition.map { try snapshot.requireActiveTaskDefinition($0, in: scope) },
                placement: try snapshot.placement(
                    launchType: input.launchType, strategy: input.capacityProviderStrategy, in: cluster),
                scope: scope)
        }
        try rules.check()
        let body = try rules.normalized
        let tags = try ECSTags(input.tags)
        if let existing = try await self.store.read({ try Self.existing(key, body, $0, in: scope) }) {
            return .init(service: existing)
        }
        try await self.checkTargetGroups(input.loadBalancers ?? [], rules.definition, in: scope)
        let now = self.clock.now()
        return try await self.store.write { transaction in
            _ = try transaction.requireCluster(key.cluster, in: scope)
            if let existing = try Self.existing(key, body, transaction, in: scope) { return .init(service: existing) }
            let service = StoredService(
                key: key, status: .active, controller: controller, desiredCount: rules.desiredCount, createdAt: now,
                steadySince: nil, clientToken: input.clientToken, body: StoredShape.encode(body))
            try transaction.insert(service)
            if rules.definition != nil, controller == .ecs {
                try transaction.deploy(
                    rules.firstTaskSet(body), to: service, timeScale: self.timeScale, at: now)
            } else if rules.definition != nil {
                try transaction.save(
                    StoredServiceRevision(
                        id: "ecs-svc/" + Identifiers.decimal19(), service: key, role: .primary, scale: 100,
                        clientToken: nil, progress: RevisionProgress(), createdAt: now, updatedAt: now,
                        body: StoredShape.encode(rules.firstTaskSet(body))))
            }
            try transaction.addECSTags(tags.stored, to: scope.serviceARN(key))
            return .init(service: try transaction.described(service, tags: true, in: scope))
        }
    }

    /// The service of this name, where the same call has made it and nobody has changed it since.
    /// - Throws: `InvalidParameterException` where the name is taken by another one.
    private static func existing(
        _ key: ServiceKey, _ body: ECS.CreateServiceRequest, _ snapshot: StoreSnapshot, in scope: Scope
    ) throws -> ECS.Service? {
        guard let existing = try snapshot.service(key), existing.status != .inactive else { return nil }
        guard existing.status == .active else {
            throw ECS.Errors.invalidParameterException("Unable to Start a service that is still Draining.")
        }
        guard existing.body == StoredShape.encode(body) else {
            throw ECS.Errors.invalidParameterException("Creation of service was not idempotent.")
        }
        return try snapshot.described(existing, tags: true, in: scope)
    }
}
