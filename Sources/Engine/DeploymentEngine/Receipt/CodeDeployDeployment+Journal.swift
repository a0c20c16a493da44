internal import Model

extension CodeDeployDeployment {
    package var journal: DeploymentJournal { self.record.journal ?? DeploymentJournal() }

    /// The replacement's share of production traffic that the load balancer acknowledged last, in percent.
    package var servedPercent: Int { self.record.servedPercent }

    /// To be called after every event.
    mutating func keepJournal(at now: Timestamp) {
        var journal = self.journal
        journal.note(self.standing, targetPermille: self.record.servedPercent * 10, at: now)
        if journal != self.journal { self.record.journal = journal }
    }

    private var standing: DeploymentJournal.Standing? {
        switch self.state {
        case .created, .ended: nil
        case .preparing(let preparation):
            .init(step: "Preparation", wait: preparation.pending.command.action.gerund)
        case .runningHook(let execution):
            .init(step: execution.hook.event.rawValue, wait: "the function \(execution.hook.function)")
        case .installing(let installation):
            switch installation.state {
            case .migrating: .init(step: "Install", wait: "the migration task")
            case .startingMigration(let pending), .joining(let pending), .creating(let pending):
                .init(step: "Install", wait: pending.command.action.gerund)
            case .stabilising: .init(step: "Install", wait: "the replacement task set to be steady")
            }
        case .allowingTestTraffic(let pending): .init(step: "AllowTestTraffic", wait: pending.command.action.gerund)
        case .waitingForContinue: .init(step: "Ready", wait: "ContinueDeployment with READY_WAIT")
        case .shiftingTraffic(let shift):
            switch shift.pace {
            case .held: .init(step: "AllowTraffic", wait: "a healthy target")
            case .moving(_, let pending): .init(step: "AllowTraffic", wait: pending.command.action.gerund)
            case .resting: .init(step: "AllowTraffic", wait: "the interval before the next step")
            }
        case .updatingPrimary(let pending, _): .init(step: "AllowTraffic", wait: pending.command.action.gerund)
        case .waitingForTermination: .init(step: "TerminationWait", wait: "the termination wait time")
        case .deletingSuperseded(let deletion):
            .init(step: "Termination", wait: deletion.pending.command.action.gerund)
        case .windingDown(let windDown):
            switch windDown.state {
            case .settling(let pending, _):
                .init(step: "Stop", wait: "the end of a call under way (\(pending.command.action.gerund))")
            case .returningTraffic(let pending), .stoppingMigration(let pending):
                .init(step: "Stop", wait: pending.command.action.gerund)
            }
        }
    }
}

extension CodeDeployDeployment {
    /// The `type` of its traffic routing, or what it is otherwise.
    package var strategyName: String {
        switch self.plan.purpose {
        case .rollback: "rollback"
        case .release(let release):
            switch release.trafficRouting {
            case .allAtOnce: "AllAtOnce"
            case .canary: "TimeBasedCanary"
            case .linear: "TimeBasedLinear"
            }
        }
    }
}
