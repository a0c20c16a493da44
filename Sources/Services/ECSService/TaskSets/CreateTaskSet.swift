internal import DeploymentEngine
internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    /// A further revision of a CODE_DEPLOY or EXTERNAL service. Idempotent by client token.
    func createTaskSet(_ input: ECS.CreateTaskSet.Input, _ context: RequestContext) async throws
        -> ECS.CreateTaskSet.Output
    {
        let scope = context.scope
        let key = ECSNames.service(input.service, cluster: input.cluster, in: scope)
        let (definition, placement) = try await self.store.read { snapshot in
            let service = try snapshot.requireActiveService(key, in: scope)
            let cluster = try snapshot.requireCluster(key.cluster, in: scope)
            guard service.controller != .ecs else {
                throw ECS.Errors.invalidParameterException(
                    "CreateTaskSet is not supported for services with an ECS deployment controller.")
            }
            return (
                try snapshot.requireActiveTaskDefinition(input.taskDefinition, in: scope),
                try snapshot.placement(
                    launchType: input.launchType, strategy: input.capacityProviderStrategy, in: cluster)
            )
        }
        try ServiceRules.checkUnsupported([("serviceRegistries", input.serviceRegistries?.isEmpty == false)])
        try placement.check(definition)
        let platformVersion = try placement.platformVersion(input.platformVersion)
        try NetworkRules.check(input.networkConfiguration, with: definition, isFargate: placement.isFargate)
        try LoadBalancerRules.check(input.loadBalancers ?? [], with: definition)
        try await self.checkTargetGroups(input.loadBalancers ?? [], definition, in: scope)
        let scale = try Self.percent(of: input.scale) ?? 100
        let tags = try ECSTags(input.tags)
        let now = self.clock.now()
        let isCodeDeploy = context.principal == .service("codedeploy.amazonaws.com")
        return try await self.store.write { transaction in
            let service = try transaction.requireActiveService(key, in: scope)
            let existing = try transaction.revisions(of: key)
            if let token = input.clientToken, let repeated = existing.first(where: { $0.clientToken == token }) {
                let tasks = try transaction.openTasks(of: key)
                return .init(
                    taskSet: try transaction.described(repeated, of: service, tasks: tasks, tags: true, in: scope))
            }
            guard existing.count < 5 else {
                throw ECS.Errors.limitExceededException("The service has 5 task sets; delete one first.")
            }
            let body = ECS.TaskSet(
                startedBy: isCodeDeploy ? "CODE_DEPLOY" : nil, externalId: input.externalId,
                taskDefinition: definition.taskDefinitionArn,
                launchType: placement.launchType, capacityProviderStrategy: placement.strategy,
                platformVersion: platformVersion, networkConfiguration: input.networkConfiguration,
                loadBalancers: input.loadBalancers ?? [], serviceRegistries: [])
            let revision = StoredServiceRevision(
                id: "ecs-svc/" + Identifiers.decimal19(), service: key, role: .active, scale: scale,
                clientToken: input.clientToken,
                progress: RevisionProgress(), createdAt: now, updatedAt: now, body: StoredShape.encode(body))
            try transaction.forgetDeployments(of: key, createdBefore: now - DeploymentHistory.length)
            try transaction.save(revision)
            try transaction.addECSTags(tags.stored, to: scope.taskSetARN(revision.id, of: key))
            return .init(taskSet: try transaction.described(revision, of: service, tasks: [], tags: true, in: scope))
        }
    }

    /// - Throws: `InvalidParameterException` outside 0 to 100 percent.
    static func percent(of scale: ECS.Scale?) throws -> Double? {
        guard let value = scale?.value else { return nil }
        guard scale?.unit == nil || scale?.unit == .percent, (0...100).contains(value) else {
            throw ECS.Errors.invalidParameterException("scale must be between 0 and 100 PERCENT, not \(value)")
        }
        return value
    }
}

extension StoreSnapshot {
    /// - Throws: `TaskSetNotFoundException`.
    func requireTaskSet(_ text: String, of key: ServiceKey) throws -> StoredServiceRevision {
        let id = ECSNames.taskSet(text)
        guard let revision = try self.revisions(of: key).first(where: { $0.id == id }) else {
            throw ECS.Errors.taskSetNotFoundException("The specified task set was not found: \(text)")
        }
        return revision
    }
}
