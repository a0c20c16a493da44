internal import DeploymentEngine
internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    /// A missing service is a failure `MISSING`; an INACTIVE one is shown.
    func describeServices(_ input: ECS.DescribeServices.Input, _ context: RequestContext) async throws
        -> ECS.DescribeServices.Output
    {
        guard !input.services.isEmpty else { throw ECS.Errors.invalidParameterException("Services cannot be empty.") }
        guard input.services.count <= 10 else {
            throw ECS.Errors.invalidParameterException("services can have at most 10 items.")
        }
        let tags = input.include?.contains(.tags) == true
        return try await self.store.read { snapshot in
            var output = ECS.DescribeServices.Output(services: [], failures: [])
            for name in input.services {
                let key = ECSNames.service(name, cluster: input.cluster, in: context.scope)
                _ = try snapshot.requireCluster(key.cluster, in: context.scope)
                if let service = try snapshot.service(key) {
                    output.services?.append(try snapshot.described(service, tags: tags, in: context.scope))
                } else {
                    output.failures?.append(.init(arn: context.scope.serviceARN(key), reason: "MISSING"))
                }
            }
            return output
        }
    }

    func listServices(_ input: ECS.ListServices.Input, _ context: RequestContext) async throws
        -> ECS.ListServices.Output
    {
        let cluster = ECSNames.cluster(input.cluster)
        let services = try await self.store.read { snapshot in
            _ = try snapshot.requireCluster(cluster, in: context.scope)
            return try snapshot.services(cluster: cluster, region: context.scope.region)
        }
        let matching = try services.filter { service in
            // Those of the kind ECS are made by ECS itself, for daemons and express gateways, which Teal has not.
            guard input.resourceManagementType == nil || input.resourceManagementType == .customer else { return false }
            guard input.launchType != nil || input.schedulingStrategy != nil else { return true }
            let body = try StoredShape.decode(ECS.CreateServiceRequest.self, from: service.body)
            return (input.launchType == nil || body.launchType == input.launchType)
                && (input.schedulingStrategy == nil || body.schedulingStrategy == input.schedulingStrategy)
        }
        let page = try ListPage(
            matching.map { context.scope.serviceARN($0.key) }, maxResults: input.maxResults ?? 10,
            nextToken: input.nextToken)
        return ECS.ListServices.Output(serviceArns: page.elements, nextToken: page.nextToken)
    }
}

typealias TaskCounts = RevisionRoster.TaskCounts

extension TaskCounts {
    init(_ tasks: [StoredTask]) {
        self.init()
        for task in tasks { self.add(task.machine.phase) }
    }
}

extension StoredServiceRevision {
    func computedDesiredCount(of desired: Int) -> Int { self.entry.computedDesiredCount(of: desired) }
}

extension StoreSnapshot {
    /// The service as the API shows it: `deployments` under the ECS controller, `taskSets` under the others.
    func described(_ service: StoredService, tags: Bool, in scope: Scope) throws -> ECS.Service {
        let body = try StoredShape.decode(ECS.CreateServiceRequest.self, from: service.body)
        let revisions = try self.revisions(of: service.key)
        let tasks = try self.openTasks(of: service.key)
        let counts = TaskCounts(tasks)
        let primary = try revisions.first { $0.role == .primary }.map {
            try StoredShape.decode(ECS.TaskSet.self, from: $0.body)
        }
        var shape = ECS.Service(
            serviceArn: scope.serviceARN(service.key), serviceName: service.key.name,
            clusterArn: scope.clusterARN(service.key.cluster),
            loadBalancers: body.loadBalancers ?? [], serviceRegistries: [], status: service.status.rawValue,
            desiredCount: service.desiredCount,
            runningCount: counts.running, pendingCount: counts.pending, launchType: body.launchType,
            capacityProviderStrategy: body.capacityProviderStrategy, platformVersion: body.platformVersion,
            platformFamily: body.platformVersion == nil ? nil : "Linux", taskDefinition: primary?.taskDefinition,
            deploymentConfiguration: body.deploymentConfiguration, deployments: [], roleArn: body.role,
            events: try self.events(of: service.key).map {
                .init(id: $0.id, createdAt: $0.createdAt, message: $0.message)
            },
            createdAt: service.createdAt, placementConstraints: body.placementConstraints ?? [],
            placementStrategy: body.placementStrategy ?? [],
            networkConfiguration: primary?.networkConfiguration ?? body.networkConfiguration,
            healthCheckGracePeriodSeconds: body.healthCheckGracePeriodSeconds,
            schedulingStrategy: body.schedulingStrategy ?? .replica,
            deploymentController: .init(type: ECS.DeploymentControllerType(rawValue: service.controller.rawValue)),
            tags: tags ? ECSTags.shapes(try self.ecsTags(of: scope.serviceARN(service.key))) : nil,
            createdBy: "arn:\(scope.partition):iam::\(scope.account):root",
            enableECSManagedTags: body.enableECSManagedTags ?? false,
            propagateTags: body.propagateTags, enableExecuteCommand: body.enableExecuteCommand ?? false,
            availabilityZoneRebalancing: body.availabilityZoneRebalancing)
        switch service.controller {
        case .ecs:
            let isRolling = try self.isRolling(service.key) ?? true
            let deployment = try self.activeServiceDeployments(of: service.key).last
            shape.currentServiceDeployment = deployment.map {
                scope.serviceDeploymentARN($0.machine.id, of: service.key)
            }
            shape.currentServiceRevisions = revisions.filter { $0.role != .draining }.map { revision in
                let counts = TaskCounts(tasks.filter { $0.revision == revision.id })
                return .init(
                    arn: scope.serviceRevisionARN(revision.id, of: service.key),
                    requestedTaskCount: revision.computedDesiredCount(of: service.desiredCount),
                    runningTaskCount: counts.running, pendingTaskCount: counts.pending)
            }
            let shown = try self.shown(revisions, during: deployment?.machine).map {
                Self.awaitingAlarms($0, of: deployment?.machine)
            }
            let machine =
                shown.allSatisfy { $0.progress.rollout == .completed }
                ? nil : try self.lastServiceDeployment(of: service.key)?.machine
            shape.deployments = try shown.map { revision in
                try Self.deployment(
                    revision, of: service, isRolling: isRolling, machine,
                    tasks: tasks.filter { $0.revision == revision.id })
            }
        case .codeDeploy, .external:
            shape.taskSets = try revisions.map {
                try self.described($0, of: service, tasks: tasks, tags: false, in: scope)
            }
        }
        return shape
    }

    /// The revisions that `deployments` holds. What a deployment takes away is among them until the deployment has ended, so that
    /// whoever waits for a single one waits for the end.
    private func shown(
        _ revisions: [StoredServiceRevision], during machine: ServiceDeployment?
    ) throws -> [StoredServiceRevision] {
        guard let machine, machine.status != .pending else { return revisions.filter { $0.role != .draining } }
        var shown = revisions.map { revision in
            var revision = revision
            if revision.role == .draining { (revision.role, revision.scale) = (.active, 0) }
            return revision
        }
        let leaving: ServiceDeployment.RevisionID? =
            switch machine.legs.last?.leg {
            case .cleanUp: machine.footing.source
            case .scaleDown: machine.plan.target
            case .inspection, .reconcileService, .preScaleUp, .migration, .scaleUp, .postScaleUp, .testTrafficShift,
                .postTestTrafficShift, .preProductionTrafficShift, .productionTrafficShift,
                .postProductionTrafficShift, .bakeTime, .restoreSource, .returnProductionTraffic, .returnTestTraffic,
                nil:
                nil
            }
        // The scheduler forgets an empty revision before the deployment hears of it.
        if let leaving, !shown.contains(where: { $0.id == leaving.rawValue }),
            let record = try self.revisionRecord(leaving.rawValue)
        {
            var progress = RevisionProgress()
            progress.rollout = leaving == machine.plan.target ? .failed : .completed
            shown.append(
                StoredServiceRevision(
                    id: record.id, service: record.service, role: .active, scale: 0, clientToken: nil,
                    progress: progress, createdAt: record.createdAt, updatedAt: machine.updatedAt,
                    body: record.body))
        }
        return shown
    }

    /// While alarms are watched after the last task was replaced, a rolling deployment is still in progress (ECS developer
    /// guide, CloudWatch alarms and deployment failures).
    private static func awaitingAlarms(
        _ revision: StoredServiceRevision, of machine: ServiceDeployment?
    ) -> StoredServiceRevision {
        guard let machine, machine.status == .inProgress, machine.lifecycleStage == .bakeTime,
            machine.plan.target.rawValue == revision.id, revision.progress.rollout == .completed
        else { return revision }
        var revision = revision
        revision.progress.rollout = .inProgress
        return revision
    }

    private static func deployment(
        _ revision: StoredServiceRevision, of service: StoredService, isRolling: Bool, _ machine: ServiceDeployment?,
        tasks: [StoredTask]
    ) throws -> ECS.Deployment {
        let body = try StoredShape.decode(ECS.TaskSet.self, from: revision.body)
        let counts = TaskCounts(tasks)
        return ECS.Deployment(
            id: revision.id, status: revision.role.rawValue, taskDefinition: body.taskDefinition,
            desiredCount: revision.role == .primary
                ? service.desiredCount : isRolling ? 0 : revision.computedDesiredCount(of: service.desiredCount),
            pendingCount: counts.pending,
            runningCount: counts.running,
            failedTasks: revision.progress.failedTasks, createdAt: revision.createdAt, updatedAt: revision.updatedAt,
            capacityProviderStrategy: body.capacityProviderStrategy, launchType: body.launchType,
            platformVersion: body.platformVersion,
            platformFamily: body.platformVersion == nil ? nil : "Linux",
            networkConfiguration: body.networkConfiguration,
            rolloutState: ECS.DeploymentRolloutState(rawValue: revision.progress.rollout.rawValue),
            rolloutStateReason: Self.rolloutReason(revision, machine))
    }

    /// In the words of ECS where the circuit breaker decided; other causes are told in the service deployment's own.
    private static func rolloutReason(_ revision: StoredServiceRevision, _ machine: ServiceDeployment?) -> String {
        switch revision.progress.rollout {
        case .inProgress:
            return machine?.cause == .circuitBreaker && machine?.rollback?.to.rawValue == revision.id
                ? "ECS deployment circuit breaker: rolling back to deploymentId \(revision.id)."
                : "ECS deployment \(revision.id) in progress."
        case .completed: return "ECS deployment \(revision.id) completed."
        case .failed:
            guard let machine, machine.plan.target.rawValue == revision.id, let cause = machine.cause,
                cause != .circuitBreaker
            else { return "ECS deployment circuit breaker: tasks failed to start." }
            return "ECS deployment \(revision.id) failed: \(cause.eventReason)."
        }
    }

    func described(
        _ revision: StoredServiceRevision, of service: StoredService, tasks: [StoredTask], tags: Bool, in scope: Scope
    ) throws -> ECS.TaskSet {
        var shape = try StoredShape.decode(ECS.TaskSet.self, from: revision.body)
        let counts = TaskCounts(tasks.filter { $0.revision == revision.id })
        let arn = scope.taskSetARN(revision.id, of: service.key)
        shape.id = revision.id
        shape.taskSetArn = arn
        shape.serviceArn = scope.serviceARN(service.key)
        shape.clusterArn = scope.clusterARN(service.key.cluster)
        shape.status = revision.role.rawValue
        shape.computedDesiredCount = revision.computedDesiredCount(of: service.desiredCount)
        shape.pendingCount = counts.pending
        shape.runningCount = counts.running
        shape.createdAt = revision.createdAt
        shape.updatedAt = revision.updatedAt
        shape.scale = .init(value: revision.role == .draining ? 0 : revision.scale, unit: .percent)
        let steadySince = revision.progress.steadySince
        shape.stabilityStatus = steadySince == nil ? .stabilizing : .steadyState
        shape.stabilityStatusAt = steadySince ?? revision.updatedAt
        shape.tags = tags ? ECSTags.shapes(try self.ecsTags(of: arn)) : []
        return shape
    }
}
