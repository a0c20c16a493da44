internal import Model

extension ServiceDeployment {
    // MARK: A leg: a call, a wait for tasks, hooks, a rest

    mutating func enter(_ leg: Leg, at now: Timestamp, into step: inout Step) {
        self.record.legs.append(LegRecord(leg: leg, startedAt: now))
        step.notices.append(.legBegan(leg))
        if leg == .cleanUp { self.record.endAlarms() }
        guard let action = self.call(of: leg) else { return self.called(leg, at: now, into: &step) }
        switch action {
        case .setProductionTraffic(let permille, _): self.record.requestedPermille = permille
        case .setTestTraffic(to: .target): self.record.hasMovedTest = true
        case .scaleUp: self.record.hasScaledUp = true
        case .startMigration(let migration): self.record.migration = MigrationRun(migration, requestedAt: now)
        case .retire: self.record.hasRetiredSource = true
        case .inspectTraffic, .reconcile, .stopMigration, .setTestTraffic(to: .source), .invokeHook, .restore,
            .scaleDown:
            break
        }
        let limit =
            switch leg {
            case .returnProductionTraffic, .reconcileService: ServiceDeploymentLimit.unhealthySource
            default: ServiceDeploymentLimit.command
            }
        let pending = self.issue(action, until: now + self.plan.timeScale.deadline(limit), into: &step)
        self.state = .running(StageRun(leg: leg, phase: .calling(pending)))
    }

    func call(of leg: Leg) -> Action? {
        let movesTraffic = self.plan.traffic != .none
        switch leg {
        case .inspection: return movesTraffic ? .inspectTraffic : nil
        case .reconcileService:
            return self.record.source.map { .reconcile(to: $0, retiring: self.record.footing.strays) }
        case .migration: return self.plan.migration.map { .startMigration($0) }
        case .scaleUp: return .scaleUp
        case .testTrafficShift: return self.plan.traffic.hasTest ? .setTestTraffic(to: .target) : nil
        case .productionTrafficShift(let step):
            guard movesTraffic else { return nil }
            return .setProductionTraffic(targetPermille: self.shares[min(step, self.shares.count - 1)], needs: .target)
        case .cleanUp:
            let superseded = (self.record.source.map { [$0] } ?? []) + self.record.footing.strays
            return superseded.isEmpty ? nil : .retire(superseded)
        case .restoreSource: return self.record.source.map { .restore($0) }
        case .returnProductionTraffic: return .setProductionTraffic(targetPermille: 0, needs: .source)
        case .returnTestTraffic: return .setTestTraffic(to: .source)
        case .scaleDown: return self.record.source.map { .scaleDown(returningTo: $0) }
        case .preScaleUp, .postScaleUp, .postTestTrafficShift, .preProductionTrafficShift, .postProductionTrafficShift,
            .bakeTime:
            return nil
        }
    }

    mutating func called(_ leg: Leg, at now: Timestamp, into step: inout Step) {
        guard !self.hasTasks(for: leg) else { return self.gathered(leg, at: now, into: &step) }
        let timer = self.timer(at: now + self.plan.timeScale.deadline(ServiceDeploymentLimit.stage))
        self.state = .running(StageRun(leg: leg, phase: .awaitingTasks(until: timer)))
    }

    /// Whether the tasks are as the leg leaves them.
    func hasTasks(for leg: Leg) -> Bool {
        let target = self.record.sightings[self.plan.target]
        switch leg {
        case .scaleUp:
            guard let target, target.isPrimary else { return false }
            return self.plan.strategy == .rolling
                ? target.isRolledOut : target.isSteady && target.requestedCount == target.desiredCount
        case .reconcileService: return self.record.footing.strays.allSatisfy(self.isEmpty)
        case .cleanUp:
            return (self.record.source.map(self.isEmpty) ?? true) && self.record.footing.strays.allSatisfy(self.isEmpty)
        case .restoreSource:
            let source = self.record.source.flatMap { self.record.sightings[$0] }
            return source.map { $0.isSteady && $0.requestedCount == $0.desiredCount } ?? false
        case .scaleDown:
            guard self.plan.strategy == .rolling, self.record.hasScaledUp else { return self.isEmpty(self.plan.target) }
            let source = self.record.source.flatMap { self.record.sightings[$0] }
            return source.map { $0.isPrimary && $0.isRolledOut } ?? false
        case .inspection, .preScaleUp, .migration, .postScaleUp, .testTrafficShift, .postTestTrafficShift,
            .preProductionTrafficShift,
            .productionTrafficShift, .postProductionTrafficShift, .bakeTime, .returnProductionTraffic,
            .returnTestTraffic:
            return true
        }
    }

    private func isEmpty(_ revision: RevisionID) -> Bool { (self.record.sightings[revision]?.liveCount ?? 0) == 0 }

    mutating func gathered(_ leg: Leg, at now: Timestamp, into step: inout Step) {
        guard let stage = leg.hookStage, self.runsHooks(on: leg) else { return self.hooked(leg, at: now, into: &step) }
        var round = HookRound(stage: stage, runs: [])
        for (index, hook) in self.plan.hooks.enumerated() where hook.stages.contains(stage) {
            round.runs.append(self.run(index, hook, on: leg, at: now, into: &step))
        }
        guard !round.runs.isEmpty else { return self.hooked(leg, at: now, into: &step) }
        for run in round.runs { self.note(run, of: round, at: now, into: &step) }
        self.state = .running(StageRun(leg: leg, phase: .hooking(round)))
    }

    /// A rolling deployment has one stage with hooks.
    private func runsHooks(on leg: Leg) -> Bool { self.plan.strategy != .rolling || leg == .preScaleUp }

    mutating func hooked(_ leg: Leg, at now: Timestamp, into step: inout Step) {
        let rest = self.plan.timeScale.wait(self.rest(of: leg))
        guard rest > .zero else { return self.finish(leg, at: now, into: &step) }
        self.state = .running(StageRun(leg: leg, phase: .resting(until: self.timer(at: now + rest))))
    }

    /// Before the time scale.
    private func rest(of leg: Leg) -> Duration {
        switch leg {
        case .bakeTime: self.plan.bakeTime
        case .productionTrafficShift(let step): step + 1 < self.shares.count ? self.plan.strategy.stepBake : .zero
        case .inspection, .reconcileService, .preScaleUp, .migration, .scaleUp, .postScaleUp, .testTrafficShift,
            .postTestTrafficShift,
            .preProductionTrafficShift, .postProductionTrafficShift, .cleanUp, .restoreSource, .returnProductionTraffic,
            .returnTestTraffic,
            .scaleDown:
            .zero
        }
    }

    mutating func finish(_ leg: Leg, at now: Timestamp, into step: inout Step) {
        self.endLeg(at: now)
        if let next = self.leg(after: leg) { return self.enter(next, at: now, into: &step) }
        switch self.course {
        case .forward: self.end(.successful(at: now), at: now)
        case .back(let cause): self.end(.rolledBack(cause, at: now), at: now)
        }
    }

    mutating func endLeg(at now: Timestamp) {
        guard let last = self.record.legs.indices.last, self.record.legs[last].endedAt == nil else { return }
        self.record.legs[last].endedAt = now
    }

    // MARK: Hooks

    private mutating func run(
        _ index: Int, _ hook: Hook, on leg: Leg, at now: Timestamp, into step: inout Step
    ) -> HookRound.Run {
        let scale = self.plan.timeScale
        let number = self.serials.next()
        switch hook.target {
        case .pause:
            return HookRound.Run(
                hook: index, number: number, timeout: self.timer(at: now + scale.wait(hook.timeout)), details: nil,
                state: .awaitingAction)
        case .function:
            let timeout = self.timer(at: now + scale.deadline(hook.timeout))
            let call = self.call(index, run: number, hook.details, on: leg, until: timeout.deadline, into: &step)
            return HookRound.Run(
                hook: index, number: number, timeout: timeout, details: hook.details, state: .calling(call))
        }
    }

    mutating func call(
        _ hook: Int, run: Int, _ details: String?, on leg: Leg, until timeout: Timestamp, into step: inout Step
    ) -> StageRun.PendingCommand {
        let invocation = HookInvocation(
            hook: hook, run: run, stage: leg.hookStage ?? .preScaleUp, testWeights: self.testWeights(on: leg),
            productionWeights: self.productionWeights(on: leg), details: details)
        return self.issue(.invokeHook(invocation), until: timeout, into: &step)
    }

    private func testWeights(on leg: Leg) -> [RevisionID: Int] {
        switch leg {
        case .testTrafficShift: self.weights(targetPermille: 1000)
        case .returnTestTraffic: self.weights(targetPermille: 0)
        case .inspection, .reconcileService, .preScaleUp, .migration, .scaleUp, .postScaleUp, .postTestTrafficShift,
            .preProductionTrafficShift, .productionTrafficShift, .postProductionTrafficShift, .bakeTime, .cleanUp,
            .restoreSource, .returnProductionTraffic, .scaleDown:
            [:]
        }
    }

    /// Before a step, those that the step finds.
    private func productionWeights(on leg: Leg) -> [RevisionID: Int] {
        switch leg {
        case .preProductionTrafficShift(let step):
            self.weights(targetPermille: step == 0 ? 0 : self.shares[min(step, self.shares.count) - 1])
        case .productionTrafficShift(let step):
            self.weights(targetPermille: self.shares[min(step, self.shares.count - 1)])
        case .returnProductionTraffic: self.weights(targetPermille: 0)
        case .inspection, .reconcileService, .preScaleUp, .migration, .scaleUp, .postScaleUp, .testTrafficShift,
            .postTestTrafficShift,
            .postProductionTrafficShift, .bakeTime, .cleanUp, .restoreSource, .returnTestTraffic, .scaleDown:
            [:]
        }
    }

    /// Of a first deployment, the target alone.
    func weights(targetPermille: Int) -> [RevisionID: Int] {
        guard let source = self.record.source else { return [self.plan.target: 1000] }
        return [self.plan.target: targetPermille, source: 1000 - targetPermille]
    }

    mutating func note(_ run: HookRound.Run, of round: HookRound, at now: Timestamp, into step: inout Step) {
        guard let view = self.record.note(run, of: round, self.plan.hooks[run.hook], at: now) else { return }
        step.notices.append(.hookChanged(view))
    }

    // MARK: Commands and timers

    mutating func issue(
        _ action: Action, until deadline: Timestamp, into step: inout Step
    ) -> StageRun.PendingCommand {
        let command = Command(id: CommandID(deployment: self.id, number: self.serials.next()), action: action)
        step.commands.append(command)
        return StageRun.PendingCommand(command, giveUp: self.timer(at: deadline))
    }

    mutating func timer(at deadline: Timestamp) -> DeploymentTimer {
        DeploymentTimer(id: DeploymentTimerID(number: self.serials.next()), deadline: deadline)
    }
}
