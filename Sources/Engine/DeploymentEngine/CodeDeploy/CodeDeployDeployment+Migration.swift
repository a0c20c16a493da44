package import Model

// The migration task of the revision's task definition: the first thing of Install.
extension CodeDeployDeployment {
    /// The result of `startMigration`.
    /// - Parameter task: its ARN. The same for every attempt of the command.
    package mutating func migrationStarted(_ id: CommandID, task: String, at now: Timestamp) -> Step {
        self.stepping(at: now) { deployment, step in
            guard let pending = deployment.pendingCommand, pending.command.id == id else { return }
            deployment.record.migration?.task = task
            deployment.record.lastUpdatedAt = now
            switch deployment.state {
            case .installing(var installation):
                deployment.record.migration?.expiresAt = installation.deadline.deadline
                guard case .startingMigration = installation.state else { return }
                if let migration = deployment.record.migration { step.notices.append(.migrationStarted(migration)) }
                installation.state = .migrating
                deployment.state = .installing(installation)
            case .windingDown(let windDown):
                guard case .settling = windDown.state else { return }
                deployment.settled(windDown, at: now, into: &step)
            case .created, .preparing, .runningHook, .allowingTestTraffic, .waitingForContinue, .shiftingTraffic,
                .updatingPrimary, .waitingForTermination, .deletingSuperseded, .ended:
                break
            }
        }
    }

    /// The task whose end is waited for.
    package var watchedMigration: String? {
        guard case .installing(let installation) = self.state, case .migrating = installation.state else { return nil }
        return self.record.migration?.task
    }

    /// How the task of `watchedMigration` is now. Of any other, it is ignored.
    package mutating func migrationSeen(_ task: String, _ sighting: MigrationSighting, at now: Timestamp) -> Step {
        guard self.watchedMigration == task, let run = self.record.migration else { return .nothing }
        let verdict = sighting.verdict(on: run.migration)
        guard verdict != .pending else { return .nothing }
        return self.stepping(at: now) { deployment, step in
            deployment.record.migration?.endedAt = now
            switch verdict {
            case .pending: break
            case .succeeded:
                deployment.record.migration?.exitCode = 0
                if let run = deployment.record.migration { step.notices.append(.migrationSucceeded(run)) }
                deployment.join(at: now, into: &step)
            case .failed(let detail, let exitCode):
                deployment.record.migration?.exitCode = exitCode
                deployment.fail(.migrationFailed(detail), at: now, into: &step)
            }
        }
    }

    /// `nil` until the deployment has come to it.
    package var migration: MigrationRun? { self.record.migration }

    mutating func startMigration(
        _ migration: MigrationTask, for group: TargetGroupID, at now: Timestamp, into step: inout Step
    ) {
        self.record.migration = MigrationRun(migration, requestedAt: now)
        let pending = self.issue(.startMigration(migration), at: now, into: &step)
        let deadline = self.timer(at: now + self.plan.timeScale.deadline(migration.timeLimit))
        self.state = .installing(
            TaskSetInstallation(deadline: deadline, replacementGroup: group, state: .startingMigration(pending)))
    }

    /// Nothing may follow while the task still runs: the next deployment has a migration of its own.
    /// - Returns: whether there is something to stop first; then the deployment comes to rest.
    mutating func stopsMigration(
        because fault: DeploymentFault, _ sequel: WindDown.Sequel, at now: Timestamp, into step: inout Step
    ) -> Bool {
        guard let migration = self.record.migration, migration.endedAt == nil else { return false }
        let command = Command(id: CommandID(deployment: self.id, number: self.serials.next()), action: .stopMigration)
        step.commands.append(command)
        // `stopTimeout` is real time, and so is this.
        let pending = PendingCommand(command, giveUp: self.timer(at: now + MigrationLimit.stop))
        self.state = .windingDown(WindDown(cause: fault, sequel: sequel, state: .stoppingMigration(pending)))
        return true
    }

    /// It has stopped, or cannot be stopped: the deployment must end all the same.
    mutating func migrationStopped(_ windDown: WindDown, at now: Timestamp, into step: inout Step) {
        self.record.migration?.endedAt = now
        self.settled(windDown, at: now, into: &step)
    }
}
