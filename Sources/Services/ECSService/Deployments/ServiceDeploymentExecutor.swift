internal import DeploymentEngine
internal import ECSAPI
internal import MigrationTasks
internal import Model
internal import Store
internal import WireProtocol

/// Performs one command of a service deployment, once. Tasks are this service's own, so they are asked for in the store;
/// traffic and functions by the APIs of ELBv2 and Lambda. Decides nothing: a result goes back to the deployment's machine.
struct ServiceDeploymentExecutor: Sendable {
    enum Result: Sendable {
        case inspected(isSplit: Bool)
        case answered(ServiceDeployment.HookAnswer)
        case migrating(task: String)
        case done
        case failed(ServiceDeployment.CommandFailure)
    }

    private typealias Route = RevisionTraffic.Route

    let store: Store
    let aws: AWSClient
    let scope: Scope
    let deployment: StoredServiceDeployment
    let clock: any WallClock

    private var machine: ServiceDeployment { self.deployment.machine }
    private var traffic: RevisionTraffic { RevisionTraffic(aws: self.aws) }

    /// - Throws: `CancellationError` only.
    func perform(_ command: ServiceDeployment.Command) async throws -> Result {
        do {
            switch command.action {
            case .inspectTraffic: return .inspected(isSplit: try await self.inspect())
            case .invokeHook(let invocation): return .answered(try await self.call(invocation))
            case .setTestTraffic(let side):
                let (routes, groups) = try await self.groups(side)
                try await self.traffic.setTest(routes, to: groups)
            case .setProductionTraffic(let permille, let side):
                if let side, try await self.wantsTasks { try await self.requireHealth(side) }
                let (routes, target) = try await self.groups(.target)
                try await self.traffic.setProduction(routes, target: target, permille: permille)
            case .reconcile(_, let retiring):
                if try await self.wantsTasks { try await self.requireHealth(.source) }
                let (routes, target) = try await self.groups(.target)
                try await self.traffic.setProduction(routes, target: target, permille: 0)
                try await self.reassign { $0.retire(retiring) }
            case .startMigration(let migration): return .migrating(task: try await self.start(migration))
            case .stopMigration:
                guard try await self.migrations.stop(ofDeployment: self.machine.id.rawValue) else {
                    return .failed(.notYet(reason: "the migration task has not stopped yet"))
                }
            case .scaleUp: try await self.reassign { $0.scaleUp(self.machine.plan.target) }
            case .retire(let revisions): try await self.reassign { $0.retire(revisions) }
            case .restore(let source): try await self.reassign { $0.restore(source, as: .active) }
            case .scaleDown(let source):
                try await self.reassign { roster in
                    roster.scaleDown(
                        self.machine.plan.target, returningTo: source, isRolling: self.machine.plan.strategy == .rolling
                    )
                }
            }
            return .done
        } catch let refusal as DeploymentRefusal {
            return .failed(refusal.failure)
        } catch let error as CancellationError {
            throw error
        } catch {
            return .failed(ServiceDeployment.CommandFailure(error))
        }
    }
}

extension ServiceDeploymentExecutor {
    private func reassign(_ change: @escaping @Sendable (inout RevisionRoster) -> Void) async throws {
        try await self.store.write { try $0.reassign(self.deployment.service, at: self.clock.now(), change) }
    }

    // MARK: Traffic

    /// Finds the target's groups and keeps them with the revision, before it has a task.
    private func inspect() async throws -> Bool {
        let (routes, source) = try await self.groups(.source)
        let inspection = try await self.traffic.inspect(
            routes, source: source, toleratesSplit: !self.machine.footing.strays.isEmpty)
        let target = self.machine.plan.target.rawValue
        try await self.store.write { transaction in
            guard var revision = try transaction.revision(target) else { return }
            var taskSet = try StoredShape.decode(ECS.TaskSet.self, from: revision.body)
            taskSet.loadBalancers = taskSet.loadBalancers?.map { loadBalancer in
                var loadBalancer = loadBalancer
                if let route = Route(loadBalancer), let group = inspection.groups[route] {
                    loadBalancer.targetGroupArn = group
                    loadBalancer.advancedConfiguration?.alternateTargetGroupArn = route.other(than: group)
                }
                return loadBalancer
            }
            revision.body = StoredShape.encode(taskSet)
            try transaction.save(revision)
            try transaction.keepRecord(of: revision)
        }
        return inspection.isSplit
    }

    /// The service's routes, and the group of one side in each of them.
    private func groups(_ side: ServiceDeployment.Side) async throws -> (routes: [Route], groups: [Route: String]) {
        let id =
            switch side {
            case .target: self.machine.plan.target
            case .source: self.machine.footing.source
            }
        return try await self.store.read { snapshot in
            guard let service = try snapshot.service(self.deployment.service) else { return ([], [:]) }
            let body = try StoredShape.decode(ECS.CreateServiceRequest.self, from: service.body)
            let routes = (body.loadBalancers ?? []).compactMap(Route.init)
            guard let id, let record = try snapshot.revisionRecord(id.rawValue) else { return (routes, [:]) }
            let own = try StoredShape.decode(ECS.TaskSet.self, from: record.body).loadBalancers ?? []
            var groups: [Route: String] = [:]
            for route in routes {
                let pair = [route.targetGroup, route.alternate]
                groups[route] = own.compactMap(\.targetGroupArn).first(where: pair.contains)
            }
            return (routes, groups)
        }
    }

    private var wantsTasks: Bool {
        get async throws {
            try await self.store.read { try $0.service(self.deployment.service)?.desiredCount ?? 0 } > 0
        }
    }

    private func requireHealth(_ side: ServiceDeployment.Side) async throws {
        try await self.traffic.requireHealthyTarget(in: try await self.groups(side).groups.values.sorted())
    }

    // MARK: Migration

    private var migrations: MigrationTaskCalls {
        MigrationTaskCalls(aws: self.aws, cluster: self.deployment.service.cluster)
    }

    /// In the network and on the machines that the target's tasks will have.
    private func start(_ migration: MigrationTask) async throws -> String {
        let target = self.machine.plan.target.rawValue
        let record = try await self.store.read { try $0.revisionRecord(target) }
        let taskSet = try record.map { try StoredShape.decode(ECS.TaskSet.self, from: $0.body) }
        guard let taskSet, let definition = taskSet.taskDefinition else {
            throw ECS.Errors.clientException("TaskDefinition not found.")
        }
        let task = try await self.migrations.start(
            migration, of: definition, deployment: self.machine.id.rawValue, service: self.deployment.service.name,
            placement: .init(
                launchType: taskSet.launchType, strategy: taskSet.capacityProviderStrategy,
                platformVersion: taskSet.platformVersion, network: taskSet.networkConfiguration))
        guard let task else { throw ECS.Errors.serverException("RunTask answered without a task") }
        return task
    }

    // MARK: Hooks

    private func call(_ invocation: ServiceDeployment.HookInvocation) async throws -> ServiceDeployment.HookAnswer {
        switch self.machine.plan.hooks[invocation.hook].target {
        case .function(let arn, let role):
            try await HookCall(aws: self.aws, scope: self.scope, deployment: self.deployment, invocation: invocation)
                .perform(arn, role: role)
        // Pauses are never called.
        case .pause: .succeeded
        }
    }
}

extension ServiceDeployment.CommandFailure {
    init(_ error: any Error) {
        guard let error = error as? AWSError else {
            self = .transient(reason: "\(error)")
            return
        }
        self =
            error.status >= 500 || error.status == 429
            ? .transient(reason: error.description) : .rejected(reason: error.message)
    }
}
