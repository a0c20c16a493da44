package import Model

extension CodeDeployDeployment {
    /// The result of `inspectService`.
    package mutating func serviceInspected(
        _ id: CommandID, _ found: ServiceInspection, at now: Timestamp
    ) -> Step {
        self.stepping(at: now) { deployment, step in
            switch deployment.state {
            case .preparing(.inspecting(var pending)):
                guard pending.command.id == id else { return }
                pending.succeeded()
                deployment.pendingCommand = pending
                deployment.inspected(found, at: now, into: &step)
            case .windingDown:
                deployment.settle(id, at: now, into: &step)
            case .preparing, .created, .runningHook, .installing, .allowingTestTraffic, .waitingForContinue,
                .shiftingTraffic, .updatingPrimary, .waitingForTermination, .deletingSuperseded, .ended:
                break
            }
        }
    }

    /// The result of `createTaskSet`.
    package mutating func taskSetCreated(_ id: CommandID, _ taskSet: TaskSetID, at now: Timestamp) -> Step {
        self.stepping(at: now) { deployment, step in
            switch deployment.state {
            case .installing(var installation):
                switch installation.state {
                case .creating(let pending):
                    guard pending.command.id == id else { return }
                    deployment.recordReplacement(taskSet, into: &step)
                    installation.state = .stabilising
                    deployment.state = .installing(installation)
                case .startingMigration, .migrating, .joining, .stabilising:
                    break
                }
            case .windingDown(let windDown):
                switch windDown.state {
                case .settling(let pending, _):
                    guard pending.command.id == id else { return }
                    deployment.recordReplacement(taskSet, into: &step)
                    deployment.settled(windDown, at: now, into: &step)
                case .returningTraffic, .stoppingMigration:
                    break
                }
            case .created, .preparing, .runningHook, .allowingTestTraffic, .waitingForContinue, .shiftingTraffic,
                .updatingPrimary, .waitingForTermination, .deletingSuperseded, .ended:
                break
            }
        }
    }

    /// A command that brings no result but its success.
    package mutating func commandSucceeded(_ id: CommandID, at now: Timestamp) -> Step {
        self.stepping(at: now) { deployment, step in
            guard var pending = deployment.pendingCommand, pending.command.id == id else { return }
            switch pending.command.action {
            // These bring more than their success.
            case .inspectService, .createTaskSet, .startMigration: return
            case .setProductionTraffic(let traffic, _):
                deployment.record.servedPercent = traffic.replacementPercent
                deployment.record.lastUpdatedAt = now
                step.notices.append(.productionTrafficServed(traffic))
            case .setTestTraffic(let group): step.notices.append(.testTrafficServed(by: group))
            case .updatePrimaryTaskSet(let taskSet): step.notices.append(.primaryTaskSetUpdated(taskSet))
            case .deleteTaskSet(let taskSet): step.notices.append(.taskSetDeleted(taskSet))
            case .invokeHook, .stopMigration: break
            }
            pending.succeeded()
            deployment.pendingCommand = pending
            deployment.succeeded(at: now, into: &step)
        }
    }

    /// A command's attempt failed. Whether it is repeated is decided here.
    package mutating func commandFailed(_ id: CommandID, _ failure: CommandFailure, at now: Timestamp) -> Step {
        self.stepping(at: now) { deployment, step in
            switch deployment.state {
            case .windingDown(let windDown):
                switch windDown.state {
                case .settling: return deployment.settle(id, at: now, into: &step)
                case .returningTraffic, .stoppingMigration: break
                }
            case .created, .preparing, .runningHook, .installing, .allowingTestTraffic, .waitingForContinue,
                .shiftingTraffic, .updatingPrimary, .waitingForTermination, .deletingSuperseded, .ended:
                break
            }
            guard var pending = deployment.pendingCommand, pending.command.id == id else { return }
            // What goes on while the next deployment begins would be two migrations at once.
            let setback =
                pending.command.action == .stopMigration ? failure.persistentSetback : failure.setback
            let action = pending.failed(setback, at: now, serials: &deployment.serials)
            deployment.pendingCommand = pending
            switch action {
            case .retry(let at, let reason):
                step.notices.append(.commandPostponed(id, reason: reason, at: at))
            case .giveUp:
                let fault = DeploymentFault.refused(
                    pending.command.action, failure, roleARN: deployment.plan.serviceRoleARN)
                deployment.gaveUp(fault, at: now, into: &step)
            case .none:
                break
            }
        }
    }

    /// Whether `id` was a timer of the pending command.
    mutating func commandTimerFired(_ id: TimerID, at now: Timestamp, into step: inout Step) -> Bool {
        guard self.isCommandWanted, var pending = self.pendingCommand else { return false }
        let action = pending.timerFired(id, at: now)
        switch action {
        case .perform(let command):
            self.pendingCommand = pending
            step.commands.append(command)
            return true
        case .expire:
            self.gaveUp(.expired(pending.command.action, complaint: pending.complaint), at: now, into: &step)
            return true
        case .none:
            return false
        }
    }

    /// The command's result was awaited for what comes next, or only to know that nothing is under way any more.
    private var isCommandWanted: Bool {
        switch self.state {
        case .windingDown(let windDown):
            switch windDown.state {
            case .settling: false
            case .returningTraffic, .stoppingMigration: true
            }
        case .created, .preparing, .runningHook, .installing, .allowingTestTraffic, .waitingForContinue,
            .shiftingTraffic,
            .updatingPrimary, .waitingForTermination, .deletingSuperseded, .ended:
            true
        }
    }

    private mutating func succeeded(at now: Timestamp, into step: inout Step) {
        switch self.state {
        case .preparing(.returningTraffic(_, let strays)):
            self.deleteStrays(strays, at: now, into: &step)
        case .preparing(.deletingStrays(let deletion)):
            self.deleteStrays(deletion.rest, at: now, into: &step)
        case .runningHook(let execution):
            self.hookInvoked(execution, at: now)
        case .installing(let installation):
            self.joined(installation, at: now, into: &step)
        case .allowingTestTraffic:
            self.finish(.allowTestTraffic, at: now, into: &step)
        case .shiftingTraffic(let shift):
            self.served(shift, at: now, into: &step)
        case .updatingPrimary:
            self.finish(.allowTraffic, at: now, into: &step)
        case .deletingSuperseded(let deletion):
            self.delete(deletion.rest, at: now, into: &step)
        case .windingDown(let windDown):
            switch windDown.state {
            case .settling: self.settled(windDown, at: now, into: &step)
            case .returningTraffic: self.end(windDown.cause, windDown.sequel, at: now, into: &step)
            case .stoppingMigration: self.migrationStopped(windDown, at: now, into: &step)
            }
        case .created, .preparing(.inspecting), .waitingForContinue, .waitingForTermination, .ended:
            break
        }
    }

    private mutating func gaveUp(_ fault: DeploymentFault, at now: Timestamp, into step: inout Step) {
        switch self.state {
        case .windingDown(let windDown):
            switch windDown.state {
            case .stoppingMigration: self.migrationStopped(windDown, at: now, into: &step)
            // The rollback that follows tries again, and has longer.
            case .settling, .returningTraffic: self.end(windDown.cause, windDown.sequel, at: now, into: &step)
            }
        case .created, .preparing, .runningHook, .installing, .allowingTestTraffic, .waitingForContinue,
            .shiftingTraffic,
            .updatingPrimary, .waitingForTermination, .deletingSuperseded, .ended:
            self.fail(fault, at: now, into: &step)
        }
    }

    /// The result of `id` is in, and it does not matter which.
    private mutating func settle(_ id: CommandID, at now: Timestamp, into step: inout Step) {
        switch self.state {
        case .windingDown(let windDown):
            switch windDown.state {
            case .settling(let pending, _):
                if pending.command.id == id { self.settled(windDown, at: now, into: &step) }
            case .returningTraffic, .stoppingMigration:
                break
            }
        case .created, .preparing, .runningHook, .installing, .allowingTestTraffic, .waitingForContinue,
            .shiftingTraffic,
            .updatingPrimary, .waitingForTermination, .deletingSuperseded, .ended:
            break
        }
    }

    private mutating func recordReplacement(_ id: TaskSetID, into step: inout Step) {
        switch self.record.taskSets {
        case .original(let original, let vacant):
            let taskSet = TaskSet(id: id, targetGroup: vacant)
            self.record.taskSets = .both(
                original: original, replacement: .init(taskSet: taskSet, sighting: .present(.unknown)))
            step.notices.append(.taskSetCreated(taskSet))
        case .unknown, .both:
            break
        }
    }
}
