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
        let key = ECSNames.service(input.serviceName, cluster: input.cluster, in: scope)
        let controller = StoredService.Controller(rawValue: input.deploymentController?.type.rawValue ?? "ECS") ?? .ecs
        let definition = try await self.store.read { snapshot -> ECS.TaskDefinition? in
            _ = try snapshot.requireCluster(key.cluster, in: scope)
            return try input.taskDefinition.map { try snapshot.requireActiveTaskDefinition($0, in: scope) }
        }
        let rules = ServiceRules(input: input, controller: controller, definition: definition)
        try rules.check()
        try await self.checkTargetGroups(input.loadBalancers ?? [], definition, in: scope)
        let tags = try ECSTags(input.tags)
        let now = self.clock.now()
        return try await self.store.write { transaction in
            if let existing = try transaction.service(key), existing.status != .inactive {
                return ECS.CreateService.Output(service: try Self.repeated(existing, input, transaction, in: scope))
            }
            let service = StoredService(
                key: key, status: .active, controller: controller, desiredCount: input.desiredCount ?? 0,
                createdAt: now, steadySince: nil,
                clientToken: input.clientToken, body: StoredShape.encode(rules.normalized))
            try transaction.insert(service)
            if let definition {
                let taskSet = rules.firstTaskSet(definition)
                try transaction.save(
                    StoredServiceRevision(
                        id: "ecs-svc/" + Identifiers.decimal19(), service: key, role: .primary, scale: 100,
                        clientToken: nil,
                        progress: RevisionProgress(), createdAt: now, updatedAt: now, body: StoredShape.encode(taskSet))
                )
            }
            try transaction.addECSTags(tags.stored, to: scope.serviceARN(key))
            return ECS.CreateService.Output(service: try transaction.described(service, tags: true, in: scope))
        }
    }

    /// The same call again answers the first result; another call of the same name is refused.
    private static func repeated(
        _ existing: StoredService, _ input: ECS.CreateService.Input, _ snapshot: StoreSnapshot, in scope: Scope
    ) throws -> ECS.Service {
        guard existing.status == .active else {
            throw ECS.Errors.invalidParameterException("Unable to Start a service that is still Draining.")
        }
        guard let token = input.clientToken, token == existing.clientToken else {
            throw ECS.Errors.invalidParameterException("Creation of service was not idempotent.")
        }
        return try snapshot.described(existing, tags: true, in: scope)
    }
}
