package import Model

extension CodeDeployDeployment {
    // MARK: What the driver needs

    /// What is to be performed, lowest number first. Empty while a failed command pauses.
    package var outstandingCommands: [Command] { self.pendingCommand?.outstanding ?? [] }

    package var timers: [Timer] {
        switch self.state {
        case .created, .ended: []
        case .preparing, .allowingTestTraffic, .updatingPrimary, .deletingSuperseded: self.pendingCommand?.timers ?? []
        case .runningHook(let execution):
            switch execution.state {
            case .invoking(let pending): pending.timers
            case .awaitingReport(let timer): [timer]
            }
        case .installing(let installation): (self.pendingCommand?.timers ?? []) + [installation.deadline]
        case .waitingForContinue(let timer), .waitingForTermination(let timer): [timer]
        case .shiftingTraffic(let shift): shift.timers
        case .windingDown(let windDown):
            switch windDown.state {
            case .settling(_, let timer): [timer]
            case .returningTraffic(let pending), .stoppingMigration(let pending): pending.timers
            }
        }
    }

    /// The earliest of `timers`.
    package var nextTimer: Timer? { self.timers.min { $0.deadline < $1.deadline } }

    /// The task sets whose sightings matter. Empty before the service is inspected and after the end.
    package var watchedTaskSets: [TaskSetID] {
        guard self.status.isActive else { return [] }
        let others = self.isRollback ? nil : self.record.replacement
        return [self.record.original, others].compactMap { $0?.taskSet.id }
    }

    // MARK: What the API shows

    package var status: Status {
        switch self.state {
        case .created: .created
        case .preparing, .runningHook, .installing, .allowingTestTraffic, .shiftingTraffic, .updatingPrimary,
            .waitingForTermination, .deletingSuperseded, .windingDown:
            .inProgress
        case .waitingForContinue: .ready
        case .ended(.succeeded): .succeeded
        case .ended(.faulted(let fault, _, _)): fault.status
        }
    }

    package var targetStatus: TargetStatus {
        switch self.state {
        case .created: .pending
        case .preparing, .runningHook, .installing, .allowingTestTraffic, .shiftingTraffic, .updatingPrimary:
            .inProgress
        case .waitingForContinue: .ready
        case .waitingForTermination, .deletingSuperseded, .ended(.succeeded): .succeeded
        case .windingDown, .ended(.faulted): self.record.haveAllEventsSucceeded ? .succeeded : .failed
        }
    }

    /// In their order; all of them from the beginning.
    package var lifecycleEvents: [LifecycleEventRecord] { self.record.lifecycleEvents }

    package var startTime: Timestamp? { self.record.startTime }

    package var completeTime: Timestamp? {
        switch self.state {
        case .ended(.succeeded(let at)), .ended(.faulted(_, let at, _)): at
        case .created, .preparing, .runningHook, .installing, .allowingTestTraffic, .waitingForContinue,
            .shiftingTraffic,
            .updatingPrimary, .waitingForTermination, .deletingSuperseded, .windingDown:
            nil
        }
    }

    package var lastUpdatedAt: Timestamp { self.record.lastUpdatedAt }

    package var errorInformation: ErrorInformation? {
        switch self.state {
        case .windingDown(let windDown): windDown.cause.errorInformation
        case .ended(.faulted(let fault, _, _)): fault.errorInformation
        case .created, .preparing, .runningHook, .installing, .allowingTestTraffic, .waitingForContinue,
            .shiftingTraffic,
            .updatingPrimary, .waitingForTermination, .deletingSuperseded, .ended(.succeeded):
            nil
        }
    }

    package var rollbackInformation: RollbackInformation {
        switch (self.plan.purpose, self.state) {
        case (.rollback(let rollback), _):
            .rollsBack(
                rollback.trigger,
                message: "Deployment \(self.id) is triggered to roll back deployment \(rollback.trigger).")
        case (.release, .ended(.faulted(_, _, let information))):
            information
        case (.release, .created), (.release, .preparing), (.release, .runningHook), (.release, .installing),
            (.release, .allowingTestTraffic), (.release, .waitingForContinue), (.release, .shiftingTraffic),
            (.release, .updatingPrimary), (.release, .waitingForTermination), (.release, .deletingSuperseded),
            (.release, .windingDown), (.release, .ended(.succeeded)):
            .none
        }
    }

    /// `instanceTerminationWaitTimeStarted`
    package var isTerminationWaitStarted: Bool { self.record.hasTerminationWaitStarted }

    /// Blue first. Empty until the service has been inspected.
    package var taskSets: [TaskSetView] {
        var views: [TaskSetView] = []
        if let original = self.record.original {
            views.append(
                TaskSetView(
                    taskSet: original.taskSet, label: .blue, trafficWeight: Double(100 - self.record.servedPercent)))
        }
        if let replacement = self.record.replacement {
            views.append(
                TaskSetView(
                    taskSet: replacement.taskSet, label: .green, trafficWeight: Double(self.record.servedPercent)))
        }
        return views
    }

    var readyWaitMinutes: Int {
        switch self.plan.purpose {
        case .rollback: 0
        case .release(let release):
            switch release.readyOption {
            case .continueAtOnce: 0
            case .waitForContinue(let minutes): minutes
            }
        }
    }
}
