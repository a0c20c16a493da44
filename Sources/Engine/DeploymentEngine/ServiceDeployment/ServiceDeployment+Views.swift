package import Model

extension ServiceDeployment {
    package var status: Status {
        switch (self.state, self.course) {
        case (.pending, _): .pending
        case (.running, .forward): .inProgress
        case (.running, .back): .rollbackInProgress
        case (.halting(let halt), _):
            switch (halt.sequel, halt.cause) {
            case (.stop, _): .stopRequested
            case (_, .stopRequested), (_, .pauseRejected): .rollbackRequested
            case (.goBack, _), (.noCandidate, _): .rollbackInProgress
            }
        case (.ended(.successful), _): .successful
        case (.ended(.stopped), _): .stopped
        case (.ended(.rolledBack), _): .rollbackSuccessful
        case (.ended(.rollbackFailed), _): .rollbackFailed
        }
    }

    package var statusReason: String? {
        switch self.state {
        case .pending: nil
        case .halting(let halt): halt.cause.reason
        case .running:
            switch self.course {
            case .forward: nil
            case .back(let cause): cause.reason
            }
        case .ended(.successful): nil
        case .ended(.stopped(let cause, _)), .ended(.rolledBack(let cause, _)): cause.reason
        case .ended(.rollbackFailed(_, let because, _)): because
        }
    }

    /// Why it turned around or stopped; `nil` while it goes well.
    package var cause: Cause? {
        switch self.state {
        case .pending, .ended(.successful): nil
        case .halting(let halt): halt.cause
        case .running:
            switch self.course {
            case .forward: nil
            case .back(let cause): cause
            }
        case .ended(.stopped(let cause, _)), .ended(.rolledBack(let cause, _)),
            .ended(.rollbackFailed(let cause, _, _)):
            cause
        }
    }

    package var lifecycleStage: LifecycleStage? {
        self.record.legs.last { $0.leg.lifecycleStage != nil }?.leg.lifecycleStage
    }

    package var startedAt: Timestamp? { self.record.startedAt }

    package var updatedAt: Timestamp { self.record.updatedAt ?? self.createdAt }

    /// Of a deployment that succeeded or is back.
    package var finishedAt: Timestamp? {
        switch self.state {
        case .ended(.successful(let at)), .ended(.rolledBack(_, let at)), .ended(.rollbackFailed(_, _, let at)): at
        case .ended(.stopped), .pending, .running, .halting: nil
        }
    }

    package var stoppedAt: Timestamp? {
        switch self.state {
        case .ended(.stopped(_, let at)): at
        case .ended, .pending, .running, .halting: nil
        }
    }

    /// When it turned around, and the revision that it returns to.
    package var rollback: (startedAt: Timestamp, to: RevisionID)? {
        guard let startedAt = self.record.rollbackStartedAt, let source = self.record.source else { return nil }
        return (startedAt, source)
    }

    package var footing: Footing { self.record.footing }

    /// In the order in which they began.
    package var hookViews: [HookView] { self.record.hooks }

    package var legs: [LegRecord] { self.record.legs }

    /// The target's share that was asked for, in tenths of a percent.
    package var requestedProductionPermille: Int { self.record.requestedPermille }

    /// The target's share that the load balancer has acknowledged, in tenths of a percent.
    package var servedProductionPermille: Int { self.record.servedPermille }

    package var isTestTrafficOnTarget: Bool { self.record.isTestOnTarget }

    /// `nil` until the deployment has come to it.
    package var migration: MigrationRun? { self.record.migration }

    package var failedTasks: Int { self.record.sightings[self.plan.target]?.failedTasks ?? 0 }

    /// `nil` where alarms do not count.
    package var triggeredAlarms: [String]? {
        switch self.record.alarms {
        case .off: nil
        case .starting, .on, .complete: []
        case .triggered(let names): names
        }
    }

    // MARK: For the driver

    /// Empty once the deployment has ended.
    package var watchedRevisions: Set<RevisionID> {
        switch self.state {
        case .ended: []
        case .pending: [self.plan.target]
        case .running, .halting:
            Set([self.plan.target] + (self.record.source.map { [$0] } ?? []) + self.record.footing.strays)
        }
    }

    /// The migration's task, whose end is waited for.
    package var watchedMigration: String? {
        guard case .running(let run) = self.state, case .migrating = run.phase else { return nil }
        return self.record.migration?.task
    }

    /// Empty on the way back too: alarms that are still ringing must not end it.
    package var watchedAlarms: [String] {
        guard case .running = self.state, case .forward = self.course else { return [] }
        return switch self.record.alarms {
        case .starting, .on: self.plan.alarms.names
        case .off, .triggered, .complete: []
        }
    }

    /// In the order in which they are to be performed.
    package var outstandingCommands: [Command] {
        switch self.state {
        case .running(let run):
            switch run.phase {
            case .calling(let pending): pending.outstanding
            case .hooking(let round): round.runs.flatMap(\.outstanding)
            case .awaitingTasks, .migrating, .resting: []
            }
        case .halting(let halt): halt.pending.outstanding
        case .pending, .ended: []
        }
    }

    /// Every deadline that something waits for.
    package var timers: [DeploymentTimer] {
        switch self.state {
        case .pending, .ended: []
        case .halting(let halt): halt.timers
        case .running(let run): (self.record.deadline.map { [$0] } ?? []) + run.timers
        }
    }

    package var nextTimer: DeploymentTimer? { self.timers.min { $0.deadline < $1.deadline } }
}
