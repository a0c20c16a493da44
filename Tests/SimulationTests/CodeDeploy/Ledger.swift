internal import DeploymentEngine
internal import Model

/// What the invariants need to remember of a world.
struct Ledger {
    typealias Deployment = CodeDeployDeployment

    /// What the machine was told last.
    var sightings: [Deployment.TaskSetID: Deployment.TaskSetSighting] = [:]
    var invocations: Set<Deployment.HookExecutionID> = []
    var reports: [Deployment.HookExecutionID: Deployment.HookOutcome] = [:]
    var started: [Deployment.ID: Duration] = [:]
    var stops: [Deployment.ID: Duration] = [:]
    /// The service as it was when the deployment was asked for.
    var before: [Deployment.ID: SimulatedService] = [:]
    /// Somebody deleted a task set behind the deployment's back: then not everything can be as it was.
    var isTampered = false

    mutating func accepted(
        _ execution: Deployment.HookExecutionID, _ outcome: Deployment.HookOutcome, in world: CodeDeployWorld
    ) throws(Violation) {
        if self.reports[execution] != nil { throw world.violation("the report of \(execution) counts twice") }
        self.reports[execution] = outcome
    }

    /// Weights cover all of the traffic, and move only to where somebody can answer.
    func checkMove(
        from served: [Deployment.TargetGroupID: Int], to new: [Deployment.TargetGroupID: Int], in world: CodeDeployWorld
    ) throws(Violation) {
        if new.values.reduce(0, +) != 100 { throw world.violation("production weights add up to \(new)") }
        for (group, weight) in new where weight > served[group, default: 0] {
            if !world.service.hasHealthyTarget(in: group) {
                throw world.violation("traffic moves to \(group), which has no healthy target")
            }
        }
    }

    /// Green is made only after the migration said yes.
    func checkMigration(of id: Deployment.ID, in world: CodeDeployWorld) throws(Violation) {
        guard let run = world.deployments.first(where: { $0.id == id })?.migration else { return }
        if run.exitCode != 0 || world.service.migrations[id]?.code != 0 {
            throw world.violation("green is made although the migration has not succeeded")
        }
    }

    func checkDeletion(of id: Deployment.TaskSetID, in world: CodeDeployWorld) throws(Violation) {
        guard let taskSet = world.service.taskSet(id) else { return }
        let group = taskSet.identity.targetGroup
        let isAlone = world.service.taskSets.count { $0.identity.targetGroup == group } == 1
        if isAlone && world.service.served[group, default: 0] != 0 {
            throw world.violation("\(id) is deleted while its group serves \(world.service.served)")
        }
        if world.service.primary == id { throw world.violation("the PRIMARY task set \(id) is deleted") }
    }

    mutating func check(_ step: Deployment.Step, of deployment: Deployment, in world: CodeDeployWorld) throws(Violation)
    {
        for command in step.commands {
            switch command.action {
            case .setProductionTraffic(let traffic, .none):
                if traffic.replacementPercent != 0 {
                    throw world.violation("green gets traffic without a look at its health")
                }
            case .setProductionTraffic, .inspectService, .startMigration, .stopMigration, .createTaskSet,
                .setTestTraffic, .invokeHook,
                .updatePrimaryTaskSet, .deleteTaskSet:
                break
            }
        }
        for notice in step.notices {
            switch notice {
            case .lifecycleEventChanged(let record): try self.check(record, of: deployment, in: world)
            case .statusChanged, .productionTrafficServed, .testTrafficServed, .migrationStarted, .migrationSucceeded,
                .taskSetCreated, .primaryTaskSetUpdated,
                .taskSetDeleted, .commandPostponed:
                break
            }
        }
        if deployment.status.isActive && step != .nothing { try self.checkLiveness(of: deployment, in: world) }
    }

    private func check(
        _ record: LifecycleEventRecord, of deployment: Deployment, in world: CodeDeployWorld
    ) throws(Violation) {
        switch (record.status, deployment.plan.purpose) {
        case (.succeeded, .release(let release)):
            for hook in release.hooks where hook.event == record.name {
                guard deployment.plan.hasTestListener || record.name != .afterAllowTestTraffic else { continue }
                guard self.invocations.contains(hook.execution), self.reports[hook.execution] == .succeeded else {
                    throw world.violation("\(record.name) succeeds without its function having run and said so")
                }
            }
        case (.inProgress, .release) where record.name == .beforeInstall && !self.isTampered:
            let service = world.service
            let primary = service.taskSet(service.primary)?.identity.targetGroup
            if service.taskSets.count != 1 || primary.map({ service.served[$0] }) != 100 {
                throw world.violation("a deployment begins on a service that is half-way: \(service)")
            }
        case (.pending, _), (.inProgress, _), (.failed, _), (.skipped, _), (.succeeded, .rollback):
            break
        }
    }

    /// A wait has a reason and a deadline, a deployment its time, and a stop its effect.
    private func checkLiveness(of deployment: Deployment, in world: CodeDeployWorld) throws(Violation) {
        guard deployment.status != .created else { return }
        guard let wait = deployment.wait, let deadline = wait.deadline, !wait.reason.isEmpty else {
            throw world.violation("a wait without a reason or a deadline: \(deployment)")
        }
        let slack: Duration = world.time.hasJumped ? .hours(4) : .zero
        if !world.time.hasJumped && deadline - world.now > .minutes(66) {
            throw world.violation("a wait of \(deadline - world.now): \(wait)")
        }
        if let start = self.started[deployment.id], world.elapsed - start > .hours(12) + slack {
            throw world.violation("the deployment \(deployment.id) does not end: \(wait)")
        }
        if let stop = self.stops[deployment.id], world.elapsed - stop > .minutes(10) + slack {
            throw world.violation("the stopped deployment \(deployment.id) does not end: \(wait)")
        }
    }

    /// What a deployment leaves behind.
    func ended(_ deployment: Deployment, in world: CodeDeployWorld) throws(Violation) {
        let service = world.service
        if service.migrations.values.contains(where: \.isLive) {
            throw world.violation("a deployment has ended, its migration has not")
        }
        let events = deployment.lifecycleEvents
        if events.contains(where: { $0.statusName == "Pending" || $0.statusName == "InProgress" }) {
            throw world.violation("an ended deployment has unfinished events: \(events)")
        }
        switch (deployment.status, deployment.plan.purpose) {
        case (.succeeded, .release(let release)):
            guard !self.isTampered else { return }
            guard let green = deployment.taskSets.last(where: { $0.label == .green })?.taskSet,
                service.served[green.targetGroup] == 100, service.primary == green.id
            else { throw world.violation("a deployment succeeds while green does not serve alone") }
            if release.terminationOption != .keepAlive && service.taskSets.count != 1 {
                throw world.violation("a deployment succeeds and leaves \(service.taskSets.count) task sets")
            }
        case (.succeeded, .rollback(let rollback)):
            guard !self.isTampered else { return }
            guard service.primary == rollback.original.id, service.served[rollback.original.targetGroup] == 100,
                service.taskSets.map(\.identity) == [rollback.original],
                self.before[rollback.trigger]?.primary == rollback.original.id
            else { throw world.violation("after a rollback things are not what they were before: \(service)") }
        case (.failed, .release(let release)) where release.rollbackEvents.contains(.deploymentFailure):
            // With a way back, the way back is taken; there is none before the service is known, and none after blue
            // was asked to go.
            let begun = deployment.startTime != nil && !deployment.taskSets.isEmpty
            guard begun, !events.allSatisfy({ $0.statusName == "Succeeded" }), !self.isTampered else { return }
            if !world.deployments.contains(where: { $0.id == release.rollbackID }) {
                throw world.violation("a failed deployment is not rolled back")
            }
        case (.failed, _), (.stopped, _), (.created, _), (.inProgress, _), (.ready, _):
            break
        }
    }

    func finish(_ world: CodeDeployWorld) throws(Violation) {
        for deployment in world.deployments where deployment.status.isActive {
            throw world.violation("\(deployment.id) never ends")
        }
    }
}
