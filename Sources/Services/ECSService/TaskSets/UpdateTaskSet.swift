internal import DeploymentEngine
internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    func describeTaskSets(_ input: ECS.DescribeTaskSets.Input, _ context: RequestContext) async throws
        -> ECS.DescribeTaskSets.Output
    {
        let key = ECSNames.service(input.service, cluster: input.cluster, in: context.scope)
        let tags = input.include?.contains(.tags) == true
        return try await self.store.read { snapshot in
            let service = try snapshot.requireActiveService(key, in: context.scope)
            let revisions = service.controller == .ecs ? [] : try snapshot.revisions(of: key)
            let tasks = try snapshot.openTasks(of: key)
            var output = ECS.DescribeTaskSets.Output(taskSets: [], failures: [])
            let wanted = (input.taskSets ?? []).map { ECSNames.taskSet($0) }
            for revision in revisions where wanted.isEmpty || wanted.contains(revision.id) {
                output.taskSets?.append(
                    try snapshot.described(revision, of: service, tasks: tasks, tags: tags, in: context.scope))
            }
            for id in wanted where !revisions.contains(where: { $0.id == id }) {
                output.failures?.append(.init(arn: context.scope.taskSetARN(id, of: key), reason: "MISSING"))
            }
            return output
        }
    }

    /// Only the scale can change.
    func updateTaskSet(_ input: ECS.UpdateTaskSet.Input, _ context: RequestContext) async throws
        -> ECS.UpdateTaskSet.Output
    {
        let key = ECSNames.service(input.service, cluster: input.cluster, in: context.scope)
        guard let scale = try Self.percent(of: input.scale) else {
            throw ECS.Errors.invalidParameterException("scale.value can not be blank.")
        }
        return .init(
            taskSet: try await self.change(input.taskSet, of: key, in: context.scope) { _, revision, _ in
                revision.scale = scale
            })
    }

    /// The task set that the service counts as its own from now on. The one before it stays ACTIVE.
    func updateServicePrimaryTaskSet(
        _ input: ECS.UpdateServicePrimaryTaskSet.Input, _ context: RequestContext
    ) async throws -> ECS.UpdateServicePrimaryTaskSet.Output {
        let key = ECSNames.service(input.service, cluster: input.cluster, in: context.scope)
        return .init(
            taskSet: try await self.change(input.primaryTaskSet, of: key, in: context.scope) {
                transaction, revision, now in
                for var other in try transaction.revisions(of: key)
                where other.role == .primary && other.id != revision.id {
                    other.role = .active
                    other.updatedAt = now
                    try transaction.save(other)
                }
                revision.role = .primary
                try transaction.adopt(revision, as: key)
            })
    }

    /// The task set drains: its targets are deregistered, its tasks stop, then it is gone.
    func deleteTaskSet(_ input: ECS.DeleteTaskSet.Input, _ context: RequestContext) async throws
        -> ECS.DeleteTaskSet.Output
    {
        let key = ECSNames.service(input.service, cluster: input.cluster, in: context.scope)
        return .init(
            taskSet: try await self.change(input.taskSet, of: key, in: context.scope) { _, revision, _ in
                if revision.role == .primary, input.force != true {
                    throw ECS.Errors.invalidParameterException(
                        "The primary task set cannot be deleted without force: \(revision.id)")
                }
                if revision.scale > 0, input.force != true, revision.role != .draining {
                    throw ECS.Errors.invalidParameterException(
                        "The task set \(revision.id) is scaled above 0; use force to delete it.")
                }
                revision.role = .draining
            })
    }

    private func change(
        _ taskSet: String, of key: ServiceKey, in scope: Scope,
        _ body: @escaping @Sendable (StoreTransaction, inout StoredServiceRevision, Timestamp) throws -> Void
    ) async throws -> ECS.TaskSet {
        let now = self.clock.now()
        return try await self.store.write { transaction in
            let service = try transaction.requireActiveService(key, in: scope)
            guard service.controller != .ecs else {
                throw ECS.Errors.invalidParameterException(
                    "Task sets are not supported for services with an ECS deployment controller.")
            }
            var revision = try transaction.requireTaskSet(taskSet, of: key)
            let before = revision
            try body(transaction, &revision, now)
            if revision != before {
                revision.updatedAt = now
                revision.progress.steadySince = nil
                if revision.scale == before.scale, revision.role != .draining {
                    revision.progress.steadySince = before.progress.steadySince
                }
                try transaction.save(revision)
            }
            let tasks = try transaction.openTasks(of: key)
            return try transaction.described(revision, of: service, tasks: tasks, tags: true, in: scope)
        }
    }
}

extension StoreTransaction {
    /// The service shows the load balancer, network and platform of its primary task set.
    fileprivate func adopt(_ revision: StoredServiceRevision, as key: ServiceKey) throws {
        guard var service = try self.service(key) else { return }
        let taskSet = try StoredShape.decode(ECS.TaskSet.self, from: revision.body)
        var body = try StoredShape.decode(ECS.CreateServiceRequest.self, from: service.body)
        body.taskDefinition = taskSet.taskDefinition
        body.networkConfiguration = taskSet.networkConfiguration ?? body.networkConfiguration
        body.platformVersion = taskSet.platformVersion ?? body.platformVersion
        body.launchType = taskSet.launchType
        body.capacityProviderStrategy = taskSet.capacityProviderStrategy
        if taskSet.loadBalancers?.isEmpty == false { body.loadBalancers = taskSet.loadBalancers }
        service.body = StoredShape.encode(body)
        try self.update(service)
    }
}
