package import Model

extension ServiceDeployment {
    /// Begins the work, once the deployment before it has ended. One that has begun already is left alone.
    package mutating func start(on footing: Footing, at now: Timestamp) -> Step {
        self.stepping(at: now) { deployment, step in
            switch deployment.state {
            case .pending:
                deployment.record.footing = footing
                deployment.record.startedAt = now
                deployment.record.deadline = deployment.timer(
                    at: now + deployment.plan.timeScale.deadline(ServiceDeploymentLimit.deployment))
                if deployment.plan.alarms.isEnabled { deployment.record.alarms = .starting }
                deployment.enter(.inspection, at: now, into: &step)
            case .running, .halting, .ended:
                // The driver starts every pending deployment again after a restart.
                break
            }
        }
    }

    /// How a revision of `watchedRevisions` is now; `nil` where it is gone. Of any other, it is ignored.
    package mutating func revisionSeen(_ id: RevisionID, _ sighting: RevisionSighting?, at now: Timestamp) -> Step {
        guard self.watchedRevisions.contains(id), self.record.sightings[id] != sighting else { return .nothing }
        return self.stepping(at: now) { deployment, step in
            deployment.record.sightings[id] = sighting
            guard case .running(let run) = deployment.state else { return }
            if deployment.tripsCircuitBreaker { return deployment.fail(.circuitBreaker, at: now, into: &step) }
            switch run.phase {
            case .awaitingTasks:
                if deployment.hasTasks(for: run.leg) { deployment.gathered(run.leg, at: now, into: &step) }
            case .calling, .migrating, .hooking, .resting: break
            }
        }
    }

    /// Which of `watchedAlarms` ring now. What rang before the deployment began says nothing about it: then alarms do not count.
    /// An alarm that nobody knows does not ring.
    package mutating func alarmsSeen(ringing: Set<String>, at now: Timestamp) -> Step {
        self.stepping(at: now) { deployment, step in
            let watched = deployment.watchedAlarms
            guard !watched.isEmpty else { return }
            let names = watched.filter(ringing.contains)
            switch deployment.record.alarms {
            case .starting: deployment.record.alarms = names.isEmpty ? .on : .off
            case .on:
                guard !names.isEmpty else { return }
                deployment.record.alarms = .triggered(names)
                deployment.fail(.alarms(names), at: now, into: &step)
            case .off, .triggered, .complete: break
            }
        }
    }

    /// A deadline of `timers` has come. Too early, stale or repeated calls change nothing.
    package mutating func timerFired(_ id: DeploymentTimerID, at now: Timestamp) -> Step {
        self.stepping(at: now) { deployment, step in
            switch deployment.state {
            case .running(let run):
                if let deadline = deployment.record.deadline, deadline.isDue(id, at: now) {
                    return deployment.fail(.deploymentTimedOut, at: now, into: &step)
                }
                deployment.timerFired(id, in: run, at: now, into: &step)
            case .halting(let halt):
                deployment.timerFired(id, in: halt, at: now, into: &step)
            case .pending, .ended: break
            }
        }
    }

    private mutating func timerFired(
        _ id: DeploymentTimerID, in run: StageRun, at now: Timestamp, into step: inout Step
    ) {
        switch run.phase {
        case .calling(var pending):
            switch pending.timerFired(id, at: now) {
            case .perform(let command):
                self.state = .running(StageRun(leg: run.leg, phase: .calling(pending)))
                step.commands.append(command)
            case .expire:
                let complaint = pending.complaint.map { ": \($0)" } ?? "."
                self.fail(
                    .commandFailed("\(pending.command.action.gerund) did not succeed in time\(complaint)"), at: now,
                    into: &step)
            case .none: break
            }
        case .awaitingTasks(let timer):
            if timer.isDue(id, at: now) { self.fail(.stageTimedOut(run.leg), at: now, into: &step) }
        case .migrating(let timer):
            if timer.isDue(id, at: now) { self.migrationTimedOut(at: now, into: &step) }
        case .hooking(let round):
            self.timerFired(id, in: round, on: run.leg, at: now, into: &step)
        case .resting(let timer):
            if timer.isDue(id, at: now) { self.finish(run.leg, at: now, into: &step) }
        }
    }

    // MARK: Wishes of users

    /// StopServiceDeployment.
    package mutating func stopRequested(_ type: StopType, at now: Timestamp) -> StopDecision {
        guard self.status.isActive else { return .alreadyEnded }
        return .accepted(self.stepping(at: now) { $0.fail(.stopRequested(type), at: now, into: &$1) })
    }

    /// UpdateService has made a newer deployment, which starts when this one has ended.
    package mutating func superseded(at now: Timestamp) -> Step {
        self.stepping(at: now) { $0.fail(.superseded, at: now, into: &$1) }
    }

    /// ContinueServiceDeployment on a pause.
    /// - Parameter run: the number of the hook's run, out of its public id.
    package mutating func pauseContinued(_ run: Int, _ action: HookAction, at now: Timestamp) -> ContinueDecision {
        switch self.state {
        case .ended: return .alreadyEnded
        case .pending, .halting: return .notWaiting
        case .running(let stage):
            guard case .hooking(let round) = stage.phase,
                let index = round.runs.firstIndex(where: { $0.number == run && $0.state == .awaitingAction })
            else { return .notWaiting }
            return .accepted(
                self.stepping(at: now) { deployment, step in
                    switch action {
                    case .proceed:
                        deployment.close(index, in: round, as: .succeeded, on: stage.leg, at: now, into: &step)
                    case .rollback:
                        deployment.fail(
                            index, in: round, as: .failed, because: .pauseRejected(round.stage), on: stage.leg, at: now,
                            into: &step)
                    }
                })
        }
    }

    // MARK: -

    /// Runs one event's consequences, and tells if the status is another one after it.
    func stepped(_ before: Status, _ step: inout Step) {
        let after = self.status
        if after != before { step.notices.append(.statusChanged(after)) }
    }

    mutating func stepping(at now: Timestamp, _ body: (inout Self, inout Step) -> Void) -> Step {
        let before = self
        var step = Step()
        body(&self, &step)
        self.keepJournal(at: now)
        if self != before { self.record.updatedAt = now }
        self.stepped(before.status, &step)
        return step
    }

    /// While the target gets its tasks, and until the source is given up.
    private var tripsCircuitBreaker: Bool {
        guard case .running(let run) = self.state, case .forward = self.course, run.leg != .cleanUp,
            let target = self.record.sightings[self.plan.target]
        else { return false }
        return self.plan.circuitBreaker.trips(failures: target.failedTasks, desiredCount: target.desiredCount)
    }
}
