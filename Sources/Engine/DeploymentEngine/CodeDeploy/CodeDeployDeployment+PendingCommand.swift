internal import Model

extension CodeDeployDeployment {
    typealias PendingCommand = DeploymentEngine.PendingCommand<Command>

    /// The command that the current state waits for. Setting it replaces that command's progress, never the state.
    var pendingCommand: PendingCommand? {
        get {
            switch self.state {
            case .preparing(let preparation): preparation.pending
            case .runningHook(let execution):
                switch execution.state {
                case .invoking(let pending): pending
                case .awaitingReport: nil
                }
            case .installing(let installation):
                switch installation.state {
                case .startingMigration(let pending), .joining(let pending), .creating(let pending): pending
                case .migrating, .stabilising: nil
                }
            case .allowingTestTraffic(let pending), .updatingPrimary(let pending, _): pending
            case .shiftingTraffic(let shift):
                switch shift.pace {
                case .moving(_, let pending): pending
                case .held, .resting: nil
                }
            case .deletingSuperseded(let deletion): deletion.pending
            case .windingDown(let windDown):
                switch windDown.state {
                case .settling(let pending, _), .returningTraffic(let pending), .stoppingMigration(let pending): pending
                }
            case .created, .waitingForContinue, .waitingForTermination, .ended: nil
            }
        }
        set {
            guard let newValue else { return }
            switch self.state {
            case .preparing(var preparation):
                preparation.pending = newValue
                self.state = .preparing(preparation)
            case .runningHook(var execution):
                execution.state = .invoking(newValue)
                self.state = .runningHook(execution)
            case .installing(var installation):
                switch installation.state {
                case .startingMigration: installation.state = .startingMigration(newValue)
                case .joining: installation.state = .joining(newValue)
                case .creating: installation.state = .creating(newValue)
                case .migrating, .stabilising: break
                }
                self.state = .installing(installation)
            case .allowingTestTraffic: self.state = .allowingTestTraffic(newValue)
            case .updatingPrimary(_, let taskSet): self.state = .updatingPrimary(newValue, to: taskSet)
            case .shiftingTraffic(var shift):
                switch shift.pace {
                case .moving(let step, _): shift.requested(step: step, newValue)
                case .held, .resting: break
                }
                self.state = .shiftingTraffic(shift)
            case .deletingSuperseded(var deletion):
                deletion.pending = newValue
                self.state = .deletingSuperseded(deletion)
            case .windingDown(var windDown):
                switch windDown.state {
                case .settling(_, let timer): windDown.state = .settling(newValue, until: timer)
                case .returningTraffic: windDown.state = .returningTraffic(newValue)
                case .stoppingMigration: windDown.state = .stoppingMigration(newValue)
                }
                self.state = .windingDown(windDown)
            case .created, .waitingForContinue, .waitingForTermination, .ended: break
            }
        }
    }

    mutating func issue(
        _ action: Action, within limit: Duration = DeploymentLimit.command, at now: Timestamp, into step: inout Step
    ) -> PendingCommand {
        let command = Command(id: CommandID(deployment: self.id, number: self.serials.next()), action: action)
        step.commands.append(command)
        return PendingCommand(command, giveUp: self.timer(at: now + self.plan.timeScale.deadline(limit)))
    }

    mutating func timer(at deadline: Timestamp) -> Timer {
        Timer(id: TimerID(number: self.serials.next()), deadline: deadline)
    }
}
