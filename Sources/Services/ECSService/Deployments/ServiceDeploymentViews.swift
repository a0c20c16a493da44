internal import DeploymentEngine
internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension StoreSnapshot {
    /// The deployment as DescribeServiceDeployments shows it.
    func described(_ stored: StoredServiceDeployment, in scope: Scope) throws -> ECS.ServiceDeployment {
        let machine = stored.machine
        let key = stored.service
        let revisions = try self.revisions(of: key)
        let tasks = try self.openTasks(of: key)
        let desired = try self.service(key)?.desiredCount ?? 0
        func summary(_ id: String, production: Double, test: Double) -> ECS.ServiceRevisionSummary {
            let counts = TaskCounts(tasks.filter { $0.revision == id })
            let revision = revisions.first { $0.id == id }
            return .init(
                arn: scope.serviceRevisionARN(id, of: key),
                requestedTaskCount: revision?.computedDesiredCount(of: desired) ?? 0, runningTaskCount: counts.running,
                pendingTaskCount: counts.pending, requestedTestTrafficWeight: test,
                requestedProductionTrafficWeight: production)
        }
        let share = Double(machine.requestedProductionPermille) / 10
        let test: Double = machine.isTestTrafficOnTarget ? 100 : 0
        let configuration = try StoredShape.decode(ECS.DeploymentConfiguration.self, from: stored.body)
        return ECS.ServiceDeployment(
            serviceDeploymentArn: scope.serviceDeploymentARN(machine.id, of: key), serviceArn: scope.serviceARN(key),
            clusterArn: scope.clusterARN(key.cluster), createdAt: machine.createdAt, startedAt: machine.startedAt,
            finishedAt: machine.finishedAt, stoppedAt: machine.stoppedAt, updatedAt: machine.updatedAt,
            sourceServiceRevisions: stored.sources.map { id in
                let isSource = machine.footing.source.map { $0.rawValue == id } ?? true
                return summary(id, production: isSource ? 100 - share : 0, test: isSource ? 100 - test : 0)
            },
            targetServiceRevision: summary(machine.plan.target.rawValue, production: share, test: test),
            status: .init(rawValue: machine.status.rawValue), statusReason: machine.statusReason,
            lifecycleStage: machine.lifecycleStage.map { .init(rawValue: $0.rawValue) },
            lifecycleHookDetails: machine.hookViews.map { Self.detail($0, of: machine) } + Self.migration(machine),
            deploymentConfiguration: configuration,
            rollback: machine.rollback.map {
                .init(
                    reason: machine.cause?.reason, startedAt: $0.startedAt,
                    serviceRevisionArn: scope.serviceRevisionARN($0.to.rawValue, of: key))
            },
            deploymentCircuitBreaker: Self.breaker(machine, desired: desired), alarms: Self.alarms(machine))
    }

    func brief(_ stored: StoredServiceDeployment, in scope: Scope) -> ECS.ServiceDeploymentBrief {
        let machine = stored.machine
        return .init(
            serviceDeploymentArn: scope.serviceDeploymentARN(machine.id, of: stored.service),
            serviceArn: scope.serviceARN(stored.service), clusterArn: scope.clusterARN(stored.service.cluster),
            startedAt: machine.startedAt, createdAt: machine.createdAt, finishedAt: machine.finishedAt,
            targetServiceRevisionArn: scope.serviceRevisionARN(machine.plan.target.rawValue, of: stored.service),
            status: .init(rawValue: machine.status.rawValue), statusReason: machine.statusReason)
    }

    private static func detail(
        _ view: ServiceDeployment.HookView, of machine: ServiceDeployment
    ) -> ECS.DeploymentLifecycleHookDetail {
        let identity = HookIdentity(deployment: machine.id, run: view.run)
        var detail = ECS.DeploymentLifecycleHookDetail(
            hookId: identity.hookID(view.hook.target), status: .init(rawValue: view.status.rawValue),
            expiresAt: view.expiresAt, timeoutAction: .init(rawValue: view.hook.timeoutAction.rawValue))
        switch view.hook.target {
        case .pause: detail.targetType = .pause
        case .function(let arn, _):
            detail.targetType = .awsLambda
            detail.targetArn = arn
        }
        return detail
    }

    /// Beside the hooks: it is the one place where a deployment shows what it waits for.
    private static func migration(_ machine: ServiceDeployment) -> [ECS.DeploymentLifecycleHookDetail] {
        guard let run = machine.migration else { return [] }
        let status: ServiceDeployment.HookView.Status =
            switch (run.endedAt, run.exitCode, machine.cause) {
            case (nil, _, _): .inProgress
            case (_, .some(0), _): .succeeded
            case (_, _, .some(.migrationTimedOut)): .timedOut
            case (_, _, _): .failed
            }
        return [
            .init(
                hookId: HookIdentity(deployment: machine.id, run: 0).migrationID,
                targetType: .unknown("MIGRATION_TASK"),
                targetArn: run.task, status: .init(rawValue: status.rawValue), expiresAt: run.expiresAt,
                timeoutAction: .rollback)
        ]
    }

    private static func breaker(_ machine: ServiceDeployment, desired: Int) -> ECS.ServiceDeploymentCircuitBreaker {
        let breaker = machine.plan.circuitBreaker
        guard breaker.isEnabled else { return .init(status: .disabled, failureCount: 0, threshold: 0) }
        let status: ECS.ServiceDeploymentRollbackMonitorsStatus =
            machine.cause == .circuitBreaker
            ? .triggered : machine.status.isActive ? .monitoring : .monitoringComplete
        return .init(
            status: status, failureCount: machine.failedTasks,
            threshold: CircuitBreaker.threshold(desiredCount: desired))
    }

    private static func alarms(_ machine: ServiceDeployment) -> ECS.ServiceDeploymentAlarms {
        guard let triggered = machine.triggeredAlarms else {
            return .init(status: .disabled, alarmNames: machine.plan.alarms.names, triggeredAlarmNames: [])
        }
        return .init(
            status: !triggered.isEmpty ? .triggered : machine.status.isActive ? .monitoring : .monitoringComplete,
            alarmNames: machine.plan.alarms.names, triggeredAlarmNames: triggered)
    }
}
