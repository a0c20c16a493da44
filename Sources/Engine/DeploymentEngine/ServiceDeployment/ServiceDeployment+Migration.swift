package import Model

// The migration task: started once, waited for, and stopped where the deployment turns around or is given up.
extension ServiceDeployment {
    /// The result of `startMigration`.
    /// - Parameter task: its ARN. The same for every attempt of the command.
    package mutating func migrationStarted(_ id: CommandID, task: String, at now: Timestamp) -> Step {
        self.stepping(at: now) { deployment, step in
            switch deployment.state {
            case .running(let run):
                guard case .calling(let pending) = run.phase, pending.command.id == id else { return }
                let limit = deployment.plan.migration?.timeLimit ?? ServiceDeploymentLimit.stage
                let timer = deployment.timer(at: now + deployment.plan.timeScale.deadline(limit))
                deployment.record.migration?.task = task
                deployment.record.migration?.expiresAt = timer.deadline
                if let migration = deployment.record.migration { step.notices.append(.migrationStarted(migration)) }
                deployment.state = .running(StageRun(leg: run.leg, phase: .migrating(until: timer)))
            case .halting(let halt):
                guard halt.pending.command.id == id else { return }
                deployment.record.migration?.task = task
                deployment.settled(halt.cause, halt.sequel, at: now, into: &step)
            case .pending, .ended: break
            }
        }
    }

    /// How the task of `watchedMigration` is now. Of any other, it is ignored.
    package mutating func migrationSeen(_ task: String, _ sighting: MigrationSighting, at now: Timestamp) -> Step {
        guard self.watchedMigration == task, let plan = self.plan.migration else { return .nothing }
        let verdict = sighting.verdict(on: plan)
        guard verdict != .pending else { return .nothing }
        return self.stepping(at: now) { deployment, step in
            guard case .running(let run) = deployment.state, case .migrating = run.phase else { return }
            deployment.record.migration?.endedAt = now
            switch verdict {
            case .pending: break
            case .succeeded:
                deployment.record.migration?.exitCode = 0
                if let migration = deployment.record.migration { step.notices.append(.migrationSucceeded(migration)) }
                deployment.hooked(run.leg, at: now, into: &step)
            case .failed(let detail, let exitCode):
                deployment.record.migration?.exitCode = exitCode
                deployment.fail(.migrationFailed(detail), at: now, into: &step)
            }
        }
    }

    mutating func migrationTimedOut(at now: Timestamp, into step: inout Step) {
        self.fail(.migrationTimedOut(container: self.plan.migration?.container ?? ""), at: now, into: &step)
    }

    // MARK: The way out

    /// Nothing may follow while the task still runs: the next deployment has a migration of its own.
    /// - Returns: whether there is something to stop first; then `settled` is called again.
    mutating func stopsMigration(
        before sequel: Sequel, because cause: Cause, at now: Timestamp, into step: inout Step
    ) -> Bool {
        guard let migration = self.record.migration, migration.endedAt == nil else { return false }
        let command = Command(id: CommandID(deployment: self.id, number: self.serials.next()), action: .stopMigration)
        step.commands.append(command)
        // `stopTimeout` is real time, and so is this.
        let deadline = self.timer(at: now + MigrationLimit.stop)
        self.state = .halting(
            Halt(
                cause: cause, sequel: sequel, pending: StageRun.PendingCommand(command, giveUp: deadline),
                settled: deadline))
        return true
    }

    mutating func commandFailed(_ failure: CommandFailure, in halt: Halt, at now: Timestamp, into step: inout Step) {
        guard halt.isStoppingMigration else { return self.settled(halt.cause, halt.sequel, at: now, into: &step) }
        var halt = halt
        let action = halt.pending.failed(failure.persistentSetback, at: now, serials: &self.serials)
        self.state = .halting(halt)
        switch action {
        case .retry(let at, let reason):
            step.notices.append(.commandPostponed(halt.pending.command.id, reason: reason, at: at))
        case .giveUp: self.leaveMigration(halt, at: now, into: &step)
        case .none: break
        }
    }

    mutating func timerFired(_ id: DeploymentTimerID, in halt: Halt, at now: Timestamp, into step: inout Step) {
        if halt.settled.isDue(id, at: now) {
            return halt.isStoppingMigration
                ? self.leaveMigration(halt, at: now, into: &step)
                : self.settled(halt.cause, halt.sequel, at: now, into: &step)
        }
        guard halt.isStoppingMigration else { return }
        var halt = halt
        switch halt.pending.timerFired(id, at: now) {
        case .perform(let command):
            self.state = .halting(halt)
            step.commands.append(command)
        case .expire, .none: break
        }
    }

    /// It cannot be stopped: the deployment must end all the same.
    private mutating func leaveMigration(_ halt: Halt, at now: Timestamp, into step: inout Step) {
        self.record.migration?.endedAt = now
        self.settled(halt.cause, halt.sequel, at: now, into: &step)
    }
}
