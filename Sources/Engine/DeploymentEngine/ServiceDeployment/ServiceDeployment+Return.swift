internal import Model

extension ServiceDeployment {
    /// Turns around, or gives up. On the way back already, `because` tells what ends even that.
    mutating func fail(_ cause: Cause, at now: Timestamp, into step: inout Step) {
        switch (self.state, self.course) {
        case (.ended, _): return
        case (.halting(let halt), _):
            // What a newer deployment brings must not be undone: there is no way back any more.
            guard cause == .superseded else { return }
            self.state = .halting(
                Halt(cause: cause, sequel: .stop, pending: halt.pending, settled: halt.settled))
        case (.pending, _):
            step.notices.append(.failed(cause))
            self.end(.stopped(cause, at: now), at: now)
        case (.running(let run), .forward):
            step.notices.append(.failed(cause))
            self.halt(run, cause, self.sequel(of: cause), at: now, into: &step)
        case (.running(let run), .back(let original)):
            switch cause {
            case .stopRequested(.rollback), .alarms, .circuitBreaker: return
            case .stopRequested(.abort), .superseded:
                step.notices.append(.failed(cause))
                self.halt(run, cause, .stop, at: now, into: &step)
            case .hook, .hookTimedOut, .pauseTimedOut, .pauseRejected, .invalidNetworking, .commandFailed,
                .stageTimedOut,
                .deploymentTimedOut, .migrationFailed, .migrationTimedOut:
                step.notices.append(.failed(cause))
                self.end(.rollbackFailed(original, because: cause.reason, at: now), at: now)
            }
        }
    }

    private mutating func halt(
        _ run: StageRun, _ cause: Cause, _ sequel: Sequel, at now: Timestamp, into step: inout Step
    ) {
        switch run.phase {
        case .calling(let pending):
            guard !pending.outstanding.isEmpty else { break }
            let settled = self.timer(at: now + ServiceDeploymentLimit.settling)
            self.state = .halting(Halt(cause: cause, sequel: sequel, pending: pending, settled: settled))
            return
        case .awaitingTasks, .migrating, .hooking, .resting:
            // What a function still says changes nothing any more.
            break
        }
        self.settled(cause, sequel, at: now, into: &step)
    }

    /// Nothing is under way any more.
    mutating func settled(_ cause: Cause, _ sequel: Sequel, at now: Timestamp, into step: inout Step) {
        guard !self.stopsMigration(before: sequel, because: cause, at: now, into: &step) else { return }
        self.endLeg(at: now)
        switch sequel {
        case .stop: self.end(.stopped(cause, at: now), at: now)
        case .noCandidate:
            self.end(
                .rollbackFailed(cause, because: "No rollback candidate was found to run the rollback.", at: now),
                at: now)
        case .goBack:
            self.course = .back(cause)
            self.record.endAlarms()
            self.record.rollbackStartedAt = now
            let first: Leg =
                if self.record.hasRetiredSource {
                    .restoreSource
                } else if self.record.hasMovedProduction || self.record.isSplit {
                    .returnProductionTraffic
                } else if self.record.hasMovedTest { .returnTestTraffic } else { .scaleDown }
            self.enter(first, at: now, into: &step)
        }
    }

    mutating func end(_ ending: Ending, at now: Timestamp) {
        self.endLeg(at: now)
        self.record.endAlarms()
        self.state = .ended(ending)
    }
}
