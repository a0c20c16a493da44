internal import DeploymentEngine
internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

/// Records a plan: new tasks, requested stops, what is remembered of revisions, events. One transaction.
struct PlanCommit: Sendable {
    let plan: ServicePlan
    /// Tasks whose end the plan has counted.
    let ended: [String]
    let key: ServiceKey
    let scope: Scope
    let taskEnvironment: TaskEnvironment
    let now: Timestamp

    func apply(to transaction: StoreTransaction) throws {
        // Deleted, or deleted and made anew, since the facts were read: the next look decides.
        guard var service = try transaction.service(self.key), service.status != .inactive else { return }
        var events = self.plan.events
        for start in self.plan.starts {
            if let event = try self.start(start, service, transaction) { events.append(event) }
        }
        if !self.plan.stops.isEmpty { events.append(try self.stop(transaction)) }
        try self.account(transaction)
        try transaction.reassign(self.key, at: self.now) { $0.apply(self.plan) }
        for event in events {
            try transaction.appendEvent(event.message(service: self.key.name), to: self.key, at: self.now)
        }
        let wasSteady = service.steadySince
        service.steadySince = self.plan.steadySince
        if self.plan.isGone, service.status == .draining {
            service.status = .inactive
            for revision in try transaction.revisions(of: self.key) { try transaction.deleteRevision(revision.id) }
        }
        if service.steadySince != wasSteady || service.status == .inactive { try transaction.update(service) }
        try transaction.deleteTasks(stoppedBefore: self.now - .hours(1))
    }

    private func start(_ start: ServicePlan.Start, _ service: StoredService, _ transaction: StoreTransaction) throws
        -> ServiceEvent?
    {
        guard let revision = try transaction.revision(start.revision) else { return nil }
        let taskSet = try StoredShape.decode(ECS.TaskSet.self, from: revision.body)
        guard let arn = taskSet.taskDefinition, let definition = try transaction.taskDefinition(arn, in: self.scope)
        else {
            return .placementFailed(reason: "task definition \(taskSet.taskDefinition ?? "") does not exist")
        }
        var blueprint = TaskBlueprint(
            definition: try definition.shape, cluster: self.key.cluster, scope: self.scope,
            taskEnvironment: self.taskEnvironment)
        blueprint.launchType = taskSet.launchType
        blueprint.platformVersion = taskSet.platformVersion
        blueprint.network = taskSet.networkConfiguration
        blueprint.loadBalancers = taskSet.loadBalancers ?? []
        let body = try StoredShape.decode(ECS.CreateServiceRequest.self, from: service.body)
        blueprint.enableExecuteCommand = body.enableExecuteCommand ?? false
        let tags = try PropagatedTags(
            source: body.propagateTags, managed: body.enableECSManagedTags ?? false, definition: arn,
            cluster: self.key.cluster, service: self.key
        ).tags(transaction, in: self.scope)
        var ids: [String] = []
        var providers = try self.providers(of: taskSet, revision: revision.id, transaction)
        for _ in 0..<start.count {
            blueprint.place(with: providers.next())
            let task = try blueprint.task(
                group: "service:\(self.key.name)", service: self.key.name, revision: revision.id,
                startedBy: revision.id, clientToken: nil,
                at: self.now)
            try transaction.save(task)
            try transaction.addECSTags(tags, to: self.scope.taskARN(task.id, cluster: self.key.cluster))
            ids.append(task.id)
        }
        return .startedTasks(ids)
    }

    /// Turns of the strategy's providers, beside the tasks that the revision has already.
    private func providers(of taskSet: ECS.TaskSet, revision: String, _ snapshot: StoreSnapshot) throws
        -> CapacityProviderTurns
    {
        guard let strategy = taskSet.capacityProviderStrategy, !strategy.isEmpty else {
            return CapacityProviderTurns([])
        }
        var counts: [String: Int] = [:]
        for task in try snapshot.openTasks(of: self.key) where task.revision == revision && task.machine.stop == nil {
            guard let provider = try TaskAssembly.decode(task.body).capacityProvider else { continue }
            counts[provider, default: 0] += 1
        }
        return CapacityProviderTurns(strategy, counts: counts)
    }

    private func stop(_ transaction: StoreTransaction) throws -> ServiceEvent {
        for stop in self.plan.stops {
            guard var task = try transaction.task(stop.task) else { continue }
            task.machine.stopRequested(stop.stop, at: self.now)
            try transaction.save(task)
        }
        return .stoppedTasks(self.plan.stops.map(\.task))
    }

    /// Ends that this plan has counted are not counted again.
    private func account(_ transaction: StoreTransaction) throws {
        for id in self.ended {
            guard var task = try transaction.task(id), !task.isAccounted else { continue }
            task.isAccounted = true
            try transaction.save(task)
        }
    }
}
