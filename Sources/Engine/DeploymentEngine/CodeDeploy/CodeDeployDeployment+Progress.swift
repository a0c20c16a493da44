internal import Model

// The way forward: what follows when one thing is done.
extension CodeDeployDeployment {
    // MARK: Before the first event

    mutating func inspected(_ found: ServiceInspection, at now: Timestamp, into step: inout Step) {
        switch self.plan.purpose {
        case .release:
            guard let primary = found.taskSets.first(where: \.isPrimary) else {
                return self.fail(.noPrimaryTaskSet, at: now, into: &step)
            }
            self.record.wantedMigration = found.migration
            let strays = found.taskSets.map(\.taskSet.id).filter { $0 != primary.taskSet.id }
            self.adopt(primary, superseded: [primary.taskSet.id], at: now, into: &step) { deployment, vacant, step in
                if found.productionIsOnPrimary {
                    deployment.deleteStrays(strays, at: now, into: &step)
                } else {
                    let traffic = ProductionTraffic(
                        original: primary.taskSet.targetGroup, replacement: vacant, replacementPercent: 0)
                    let pending = deployment.issue(
                        .setProductionTraffic(traffic, health: .needsHealthyTarget(in: traffic.original)), at: now,
                        into: &step)
                    deployment.state = .preparing(.returningTraffic(pending, strays: strays))
                }
            }
        case .rollback(let rollback):
            guard let original = found.taskSets.first(where: { $0.taskSet.id == rollback.original.id }) else {
                return self.fail(.originalVanished(rollback.original.id), at: now, into: &step)
            }
            let others = found.taskSets.filter { $0.taskSet.id != rollback.original.id }
            self.adopt(original, superseded: others.map(\.taskSet.id), at: now, into: &step) { deployment, _, step in
                if let replacement = others.first, let original = deployment.record.original {
                    deployment.record.taskSets = .both(
                        original: original,
                        replacement: .init(taskSet: replacement.taskSet, sighting: .present(replacement.health)))
                }
                deployment.begin(.beforeInstall, at: now, into: &step)
            }
        }
    }

    private mutating func adopt(
        _ original: ServiceInspection.FoundTaskSet, superseded: [TaskSetID], at now: Timestamp, into step: inout Step,
        then next: (inout Self, TargetGroupID, inout Step) -> Void
    ) {
        guard let vacant = self.plan.targetGroups.other(than: original.taskSet.targetGroup) else {
            return self.fail(.foreignTargetGroup(original.taskSet), at: now, into: &step)
        }
        self.record.taskSets = .original(
            .init(taskSet: original.taskSet, sighting: .present(original.health)), vacantGroup: vacant)
        self.record.superseded = superseded
        next(&self, vacant, &step)
    }

    mutating func deleteStrays(_ strays: [TaskSetID], at now: Timestamp, into step: inout Step) {
        guard let deletion = self.deletion(of: strays, at: now, into: &step) else {
            return self.begin(.beforeInstall, at: now, into: &step)
        }
        self.state = .preparing(.deletingStrays(deletion))
    }

    // MARK: Lifecycle events

    mutating func begin(_ event: LifecycleEventName, at now: Timestamp, into step: inout Step) {
        step.notices += self.record.begin(event, at: now).map(Notice.lifecycleEventChanged)
        switch event {
        case .beforeInstall, .afterInstall, .afterAllowTestTraffic, .beforeAllowTraffic, .afterAllowTraffic:
            guard let hook = self.hooks.first(where: { $0.event == event }) else {
                return self.finish(event, at: now, into: &step)
            }
            self.state = .runningHook(
                HookExecution(hook: hook, state: .invoking(self.issue(.invokeHook(hook), at: now, into: &step))))
        case .install:
            self.beginInstall(at: now, into: &step)
        case .allowTestTraffic:
            guard let group = self.destinationGroup else { return self.finish(event, at: now, into: &step) }
            self.state = .allowingTestTraffic(self.issue(.setTestTraffic(to: group), at: now, into: &step))
        case .allowTraffic:
            self.beginShift(at: now, into: &step)
        }
    }

    mutating func finish(_ event: LifecycleEventName, at now: Timestamp, into step: inout Step) {
        step.notices += self.record.succeed(event, at: now).map(Notice.lifecycleEventChanged)
        switch self.record.event(after: event) {
        case .some(.beforeAllowTraffic):
            self.awaitReadiness(at: now, into: &step)
        case .some(let next):
            self.begin(next, at: now, into: &step)
        case .none:
            self.awaitTermination(at: now, into: &step)
        }
    }

    private mutating func awaitReadiness(at now: Timestamp, into step: inout Step) {
        switch self.plan.purpose {
        case .rollback:
            self.begin(.beforeAllowTraffic, at: now, into: &step)
        case .release(let release):
            switch release.readyOption {
            case .continueAtOnce:
                self.begin(.beforeAllowTraffic, at: now, into: &step)
            case .waitForContinue(let minutes):
                self.state = .waitingForContinue(
                    until: self.timer(at: now + self.plan.timeScale.wait(.minutes(minutes))))
            }
        }
    }

    mutating func hookInvoked(_ execution: HookExecution, at now: Timestamp) {
        let deadline = now + self.plan.timeScale.deadline(DeploymentLimit.hookReport)
        self.state = .runningHook(
            HookExecution(hook: execution.hook, state: .awaitingReport(until: self.timer(at: deadline))))
    }

    // MARK: Install

    private mutating func beginInstall(at now: Timestamp, into step: inout Step) {
        guard !self.isRollback else { return self.finish(.install, at: now, into: &step) }
        guard let group = self.record.replacementGroup else {
            return self.fail(.noPrimaryTaskSet, at: now, into: &step)
        }
        if let migration = self.record.wantedMigration {
            return self.startMigration(migration, for: group, at: now, into: &step)
        }
        self.join(at: now, into: &step)
    }

    /// The part of Install that makes green.
    mutating func join(at now: Timestamp, into step: inout Step) {
        guard let traffic = self.traffic(replacementPercent: 0) else {
            return self.fail(.noPrimaryTaskSet, at: now, into: &step)
        }
        // Nothing moves: the original's group has everything already, so its health is not asked for.
        let joining = self.issue(.setProductionTraffic(traffic, health: .none), at: now, into: &step)
        let deadline = self.timer(at: now + self.plan.timeScale.deadline(DeploymentLimit.install))
        self.state = .installing(
            TaskSetInstallation(deadline: deadline, replacementGroup: traffic.replacement, state: .joining(joining)))
    }

    mutating func joined(_ installation: TaskSetInstallation, at now: Timestamp, into step: inout Step) {
        var installation = installation
        switch installation.state {
        case .joining:
            installation.state = .creating(
                self.issue(.createTaskSet(in: installation.replacementGroup), at: now, into: &step))
            self.state = .installing(installation)
        case .startingMigration, .migrating, .creating, .stabilising:
            break
        }
    }

    // MARK: AllowTraffic

    private mutating func beginShift(at now: Timestamp, into step: inout Step) {
        guard let destination = self.isRollback ? self.record.original : self.record.replacement else {
            return self.fail(.noPrimaryTaskSet, at: now, into: &step)
        }
        let scale = self.plan.timeScale
        var shift =
            switch self.plan.purpose {
            case .release(let release):
                TrafficShift(
                    to: destination.taskSet, steps: release.trafficRouting.steps,
                    interval: scale.wait(release.trafficRouting.interval),
                    patience: scale.deadline(DeploymentLimit.unsteadyReplacement))
            case .rollback:
                TrafficShift(
                    to: destination.taskSet, steps: [100], interval: .zero,
                    patience: scale.deadline(DeploymentLimit.unhealthyOriginal))
            }
        let action = shift.destinationSeen(destination.health, at: now, serials: &self.serials)
        self.state = .shiftingTraffic(shift)
        switch action {
        case .take(let first): self.take(first, of: shift, at: now, into: &step)
        case .none: break
        }
    }

    /// Requests the weights of step `index`, or holds it while the destination cannot serve.
    mutating func take(_ index: Int, of shift: TrafficShift, at now: Timestamp, into step: inout Step) {
        var shift = shift
        let share = shift.steps[min(index, shift.steps.count - 1)]
        let destination = self.isRollback ? self.record.original : self.record.replacement
        guard let destination, destination.health.canServe,
            let traffic = self.traffic(replacementPercent: self.isRollback ? 100 - share : share)
        else {
            shift.hold(step: index)
            self.state = .shiftingTraffic(shift)
            return
        }
        let pending = self.issue(
            .setProductionTraffic(traffic, health: Self.condition(for: destination)),
            within: self.isRollback ? DeploymentLimit.unhealthyOriginal : DeploymentLimit.command, at: now, into: &step)
        if traffic.replacementPercent > 0 { self.record.hasMovedProduction = true }
        shift.requested(step: index, pending)
        self.state = .shiftingTraffic(shift)
    }

    mutating func served(_ shift: TrafficShift, at now: Timestamp, into step: inout Step) {
        var shift = shift
        switch shift.pace {
        case .moving(let index, _):
            switch shift.served(step: index, at: now, serials: &self.serials) {
            case .rest:
                self.state = .shiftingTraffic(shift)
            case .finish:
                let id = shift.destination.id
                self.state = .updatingPrimary(self.issue(.updatePrimaryTaskSet(id), at: now, into: &step), to: id)
            }
        case .held, .resting:
            break
        }
    }

    // MARK: After the last event

    private mutating func awaitTermination(at now: Timestamp, into step: inout Step) {
        switch self.plan.purpose {
        case .rollback:
            self.deleteSuperseded(at: now, into: &step)
        case .release(let release):
            switch release.terminationOption {
            case .keepAlive:
                self.succeed(at: now, into: &step)
            case .terminate(let minutes):
                self.record.hasTerminationWaitStarted = true
                guard minutes > 0 else { return self.deleteSuperseded(at: now, into: &step) }
                self.state = .waitingForTermination(
                    until: self.timer(at: now + self.plan.timeScale.wait(.minutes(minutes))))
            }
        }
    }

    mutating func deleteSuperseded(at now: Timestamp, into step: inout Step) {
        self.delete(self.record.superseded, at: now, into: &step)
    }

    mutating func delete(_ taskSets: [TaskSetID], at now: Timestamp, into step: inout Step) {
        guard let deletion = self.deletion(of: taskSets, at: now, into: &step) else {
            return self.succeed(at: now, into: &step)
        }
        self.state = .deletingSuperseded(deletion)
    }

    mutating func succeed(at now: Timestamp, into step: inout Step) {
        self.record.lastUpdatedAt = now
        self.state = .ended(.succeeded(at: now))
    }

    // MARK: Detail

    private mutating func deletion(
        of taskSets: [TaskSetID], at now: Timestamp, into step: inout Step
    ) -> TaskSetDeletion? {
        guard let first = taskSets.first else { return nil }
        return TaskSetDeletion(
            pending: self.issue(.deleteTaskSet(first), at: now, into: &step), taskSet: first,
            rest: Array(taskSets.dropFirst()))
    }

    /// `nil` until the service has been inspected.
    func traffic(replacementPercent: Int) -> ProductionTraffic? {
        guard let original = self.record.original, let replacement = self.record.replacementGroup else { return nil }
        return ProductionTraffic(
            original: original.taskSet.targetGroup, replacement: replacement, replacementPercent: replacementPercent)
    }

    static func condition(for destination: DeploymentRecord.WatchedTaskSet) -> HealthCondition {
        destination.health.desiredCount == 0 && destination.health.canServe
            ? .none : .needsHealthyTarget(in: destination.taskSet.targetGroup)
    }

    var isRollback: Bool {
        switch self.plan.purpose {
        case .release: false
        case .rollback: true
        }
    }

    /// The functions that this deployment runs.
    var hooks: [Hook] {
        switch self.plan.purpose {
        case .release(let release): release.hooks
        case .rollback: []
        }
    }

    private var destinationGroup: TargetGroupID? {
        self.isRollback ? self.record.original?.taskSet.targetGroup : self.record.replacementGroup
    }
}

extension DeploymentFault {
    fileprivate static let noPrimaryTaskSet = DeploymentFault.commandFailed(
        ErrorInformation(code: .invalidECSService, message: "The ECS service has no PRIMARY task set."))

    fileprivate static func foreignTargetGroup(_ taskSet: CodeDeployDeployment.TaskSet) -> DeploymentFault {
        .commandFailed(
            ErrorInformation(
                code: .invalidECSService,
                message:
                    "The task set \(taskSet.id) uses the target group \(taskSet.targetGroup), which is not one of the "
                    + "deployment group's pair."))
    }
}
