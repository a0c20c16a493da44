package import Model

extension CodeDeployDeployment {
    /// Begins the work. A deployment that has begun already is left alone.
    package mutating func start(at now: Timestamp) -> Step {
        self.stepping(at: now) { deployment, step in
            switch deployment.state {
            case .created:
                deployment.record.startTime = now
                let inspection = deployment.issue(.inspectService, at: now, into: &step)
                deployment.state = .preparing(.inspecting(inspection))
            case .preparing, .runningHook, .installing, .allowingTestTraffic, .waitingForContinue, .shiftingTraffic,
                .updatingPrimary, .waitingForTermination, .deletingSuperseded, .windingDown, .ended:
                // The driver starts every new deployment again after a restart.
                break
            }
        }
    }

    /// What a task set in `watchedTaskSets` looks like now. Of any other, it is ignored.
    package mutating func taskSetSeen(_ id: TaskSetID, _ sighting: TaskSetSighting, at now: Timestamp) -> Step {
        self.stepping(at: now) { deployment, step in
            guard deployment.record.see(id, sighting) else { return }
            let isOriginal = deployment.record.original?.taskSet.id == id
            switch sighting {
            case .present(let health):
                if isOriginal == deployment.isRollback {
                    deployment.destinationSeen(health, at: now, into: &step)
                }
            case .vanished:
                if isOriginal {
                    deployment.originalVanished(id, at: now, into: &step)
                } else {
                    deployment.replacementVanished(id, at: now, into: &step)
                }
            }
        }
    }

    /// A deadline of `timers` has come. Too early, stale or repeated calls change nothing.
    package mutating func timerFired(_ id: TimerID, at now: Timestamp) -> Step {
        self.stepping(at: now) { deployment, step in
            guard !deployment.commandTimerFired(id, at: now, into: &step) else { return }
            switch deployment.state {
            case .runningHook(let execution):
                switch execution.state {
                case .awaitingReport(let timer):
                    if timer.isDue(id, at: now) { deployment.fail(.hookSilent, at: now, into: &step) }
                case .invoking: break
                }
            case .installing(let installation):
                guard installation.deadline.isDue(id, at: now) else { return }
                let container = deployment.record.migration?.migration.container ?? ""
                deployment.fail(
                    installation.isMigrating ? .migrationTimedOut(container: container) : .installTimedOut, at: now,
                    into: &step)
            case .waitingForContinue(let timer):
                if timer.isDue(id, at: now) {
                    deployment.fail(.readyWaitOver(minutes: deployment.readyWaitMinutes), at: now, into: &step)
                }
            case .shiftingTraffic(var shift):
                switch shift.timerFired(id, at: now) {
                case .take(let next): deployment.take(next, of: shift, at: now, into: &step)
                case .fail:
                    deployment.fail(
                        deployment.isRollback ? .originalUnhealthy : .replacementUnsteady, at: now, into: &step)
                case .none: break
                }
            case .waitingForTermination(let timer):
                if timer.isDue(id, at: now) { deployment.deleteSuperseded(at: now, into: &step) }
            case .windingDown(let windDown):
                switch windDown.state {
                case .settling(_, let timer):
                    if timer.isDue(id, at: now) { deployment.settled(windDown, at: now, into: &step) }
                case .returningTraffic, .stoppingMigration: break
                }
            case .created, .preparing, .allowingTestTraffic, .updatingPrimary, .deletingSuperseded, .ended:
                break
            }
        }
    }

    /// At least one alarm of the group rings. It counts, too, where it rang before the deployment began.
    package mutating func alarmsActivated(_ names: [String], at now: Timestamp) -> Step {
        self.stepping(at: now) { deployment, step in
            if deployment.isStoppedByAlarms { deployment.fail(.alarmsActivated(names), at: now, into: &step) }
        }
    }

    /// Nobody can tell whether the alarms ring: some do not exist, or CloudWatch does not answer.
    /// - Parameter isDenied: the service role may not ask.
    package mutating func alarmsUnavailable(_ reason: String, isDenied: Bool, at now: Timestamp) -> Step {
        self.stepping(at: now) { deployment, step in
            guard let alarms = deployment.alarms, !alarms.ignoresPollFailures, deployment.isStoppedByAlarms else {
                return
            }
            let fault =
                isDenied
                ? DeploymentFault.alarmsDenied(roleARN: deployment.plan.serviceRoleARN) : .alarmsUnavailable(reason)
            deployment.fail(fault, at: now, into: &step)
        }
    }

    private var isStoppedByAlarms: Bool {
        switch self.state {
        case .created, .preparing, .runningHook, .installing, .allowingTestTraffic, .waitingForContinue,
            .shiftingTraffic, .updatingPrimary, .waitingForTermination:
            // The way back is not a new risk: alarms that are still ringing must not end it.
            !self.isRollback
        case .deletingSuperseded, .windingDown, .ended:
            false
        }
    }

    /// The driver's duty while this is not empty: report by `alarmsActivated` which of them ring, as soon as one does, and
    /// by `alarmsUnavailable` where that cannot be told.
    package var watchedAlarms: [String] { self.isStoppedByAlarms ? self.alarms?.names ?? [] : [] }

    private var alarms: Alarms? {
        switch self.plan.purpose {
        case .release(let release): release.alarms
        case .rollback: nil
        }
    }

    /// PutLifecycleEventHookExecutionStatus. The first report of an execution counts, whoever sends it.
    package mutating func hookReported(
        _ execution: HookExecutionID, _ outcome: HookOutcome, at now: Timestamp
    ) -> HookReportDecision {
        guard let hook = self.hooks.first(where: { $0.execution == execution }),
            let event = self.record.event(hook.event)
        else { return .unknownExecution }
        switch event.status {
        case .pending: return .unknownExecution
        case .succeeded, .failed, .skipped: return .alreadyCompleted
        case .inProgress:
            return .accepted(
                self.stepping(at: now) { deployment, step in
                    switch outcome {
                    case .succeeded: deployment.finish(hook.event, at: now, into: &step)
                    case .failed: deployment.fail(.hookFailed, at: now, into: &step)
                    }
                })
        }
    }

    /// ContinueDeployment.
    package mutating func continueRequested(_ wait: WaitType, at now: Timestamp) -> ContinueDecision {
        switch (self.state, wait) {
        case (.waitingForContinue, .readyWait):
            .continued(self.stepping(at: now) { $0.begin(.beforeAllowTraffic, at: now, into: &$1) })
        case (.waitingForTermination, .terminationWait):
            .continued(self.stepping(at: now) { $0.deleteSuperseded(at: now, into: &$1) })
        case (.ended, _):
            .alreadyCompleted
        case (.waitingForContinue, .terminationWait), (.waitingForTermination, .readyWait), (.created, _),
            (.preparing, _), (.runningHook, _), (.installing, _), (.allowingTestTraffic, _), (.shiftingTraffic, _),
            (.updatingPrimary, _), (.deletingSuperseded, _), (.windingDown, _):
            .notWaiting
        }
    }

    /// StopDeployment. Where the group asks for a rollback on request, `rollback` need not.
    package mutating func stopRequested(rollback: Bool, at now: Timestamp) -> StopDecision {
        switch self.state {
        case .ended:
            return .alreadyCompleted
        case .windingDown:
            return .stopping(.nothing)
        case .created, .preparing, .runningHook, .installing, .allowingTestTraffic, .waitingForContinue,
            .shiftingTraffic,
            .updatingPrimary, .waitingForTermination, .deletingSuperseded:
            let step = self.stepping(at: now) { deployment, step in
                deployment.fail(.stopRequested, rollbackAsked: rollback, at: now, into: &step)
            }
            return self.status.isActive ? .stopping(step) : .stopped(step)
        }
    }
}

extension CodeDeployDeployment {
    /// Runs one event's consequences, and tells if the status is another one after it.
    mutating func stepping(at now: Timestamp, _ body: (inout Self, inout Step) -> Void) -> Step {
        let before = self.status
        var step = Step()
        body(&self, &step)
        self.keepJournal(at: now)
        if self.status != before { step.notices.append(.statusChanged(self.status)) }
        return step
    }

    private mutating func destinationSeen(_ health: TaskSetHealth, at now: Timestamp, into step: inout Step) {
        switch self.state {
        case .installing(let installation):
            switch installation.state {
            case .stabilising:
                if health.isSteady && health.canServe { self.finish(.install, at: now, into: &step) }
            case .startingMigration, .migrating, .joining, .creating:
                break
            }
        case .shiftingTraffic(var shift):
            let action = shift.destinationSeen(health, at: now, serials: &self.serials)
            self.state = .shiftingTraffic(shift)
            switch action {
            case .take(let next): self.take(next, of: shift, at: now, into: &step)
            case .none: break
            }
        case .created, .preparing, .runningHook, .allowingTestTraffic, .waitingForContinue, .updatingPrimary,
            .waitingForTermination, .deletingSuperseded, .windingDown, .ended:
            break
        }
    }

    private mutating func originalVanished(_ id: TaskSetID, at now: Timestamp, into step: inout Step) {
        switch self.state {
        case .preparing, .runningHook, .installing, .allowingTestTraffic, .waitingForContinue, .shiftingTraffic,
            .updatingPrimary:
            self.fail(.originalVanished(id), at: now, into: &step)
        case .waitingForTermination:
            // Somebody else ended what was about to be ended.
            self.succeed(at: now, into: &step)
        case .windingDown(let windDown):
            switch windDown.state {
            case .returningTraffic: self.end(windDown.cause, .leaveAsIs, at: now, into: &step)
            case .settling, .stoppingMigration: break
            }
        case .created, .deletingSuperseded, .ended:
            break
        }
    }

    private mutating func replacementVanished(_ id: TaskSetID, at now: Timestamp, into step: inout Step) {
        guard !self.isRollback else { return }
        switch self.state {
        case .runningHook, .installing, .allowingTestTraffic, .waitingForContinue, .shiftingTraffic, .updatingPrimary,
            .waitingForTermination:
            self.fail(.replacementVanished(id), at: now, into: &step)
        case .created, .preparing, .deletingSuperseded, .windingDown, .ended:
            break
        }
    }
}
