internal import Model

extension CodeDeployDeployment {
    /// What is waited for now; `nil` once the deployment has ended.
    package var wait: Wait? {
        switch self.state {
        case .created:
            Wait(reason: "the deployment is about to start", deadline: nil, exit: "StopDeployment ends it")
        case .preparing(let preparation):
            self.waitForCommand(preparation.pending)
        case .runningHook(let execution):
            switch execution.state {
            case .invoking(let pending): self.waitForCommand(pending)
            case .awaitingReport(let timer):
                Wait(
                    reason:
                        "the function \(execution.hook.function) has not reported on \(execution.hook.event.rawValue)",
                    deadline: timer.deadline,
                    exit: "PutLifecycleEventHookExecutionStatus continues or fails it; without a report the deployment "
                        + "fails")
            }
        case .installing(let installation):
            switch installation.state {
            case .startingMigration(let pending), .joining(let pending), .creating(let pending):
                self.waitForCommand(pending)
            case .migrating:
                Wait(
                    reason: "the migration task \(self.record.migration?.task ?? "") has not ended "
                        + "(\(self.record.migration?.migration.title ?? ""))",
                    deadline: installation.deadline.deadline,
                    exit: "the task is stopped and the deployment fails then; StopDeployment ends it now")
            case .stabilising:
                Wait(
                    reason: "the replacement task set \(self.replacementName) is not steady: \(self.replacementHealth)",
                    deadline: installation.deadline.deadline,
                    exit: "the deployment fails then; StopDeployment ends it now")
            }
        case .allowingTestTraffic(let pending), .updatingPrimary(let pending, _):
            self.waitForCommand(pending)
        case .waitingForContinue(let timer):
            Wait(
                reason: "the replacement is ready for production traffic", deadline: timer.deadline,
                exit: "ContinueDeployment with READY_WAIT shifts traffic; the deployment stops at the deadline")
        case .shiftingTraffic(let shift):
            self.wait(in: shift)
        case .waitingForTermination(let timer):
            Wait(
                reason: "the original task set is kept until the termination wait is over", deadline: timer.deadline,
                exit: "ContinueDeployment with TERMINATION_WAIT deletes it now; StopDeployment keeps it")
        case .deletingSuperseded(let deletion):
            self.waitForCommand(deletion.pending)
        case .windingDown(let windDown):
            switch windDown.state {
            case .settling(let pending, let timer):
                Wait(
                    reason:
                        "the deployment ends when the call under way has answered (\(pending.command.action.gerund))",
                    deadline: timer.deadline, exit: "it ends then in any case")
            case .returningTraffic(let pending), .stoppingMigration(let pending):
                self.waitForCommand(pending)
            }
        case .ended:
            nil
        }
    }

    private func waitForCommand(_ pending: PendingCommand) -> Wait {
        let complaint = pending.complaint.map { ": \($0)" } ?? ""
        return Wait(
            reason: pending.command.action.gerund + complaint, deadline: pending.giveUp.deadline,
            exit: "it is repeated until then; StopDeployment ends the deployment")
    }

    private func wait(in shift: TrafficShift) -> Wait {
        let footing: Timestamp? =
            switch shift.footing {
            case .steady: nil
            case .unsteady(let timer): timer.deadline
            }
        return switch shift.pace {
        case .held(let step):
            Wait(
                reason: "the task set \(shift.destination.id) has no healthy target, so its traffic stays below "
                    + "\(shift.steps[min(step, shift.steps.count - 1)]) %",
                deadline: footing, exit: "a healthy target lets the shift go on; without one the deployment fails")
        case .moving(_, let pending):
            self.waitForCommand(pending)
        case .resting(let step, let timer):
            Wait(
                reason: "the next traffic step comes after the interval; served now: \(shift.steps[step]) %",
                deadline: timer.deadline, exit: "the shift goes on then; StopDeployment ends it now")
        }
    }

    private var replacementName: String { self.record.replacement?.taskSet.id.rawValue ?? "" }

    private var replacementHealth: String {
        let health = self.record.replacement?.health ?? .unknown
        return "\(health.healthyTargets) healthy targets, \(health.isSteady ? "steady" : "stabilizing")"
    }
}

extension CodeDeployDeployment.Action {
    /// The action under way, for people.
    var gerund: String {
        switch self {
        case .inspectService: "inspecting the ECS service"
        case .startMigration: "starting the migration task"
        case .stopMigration: "stopping the migration task"
        case .createTaskSet: "creating the replacement task set"
        case .setProductionTraffic(let traffic, _):
            "setting production traffic to \(traffic.originalPercent) % original, \(traffic.replacementPercent) % replacement"
        case .setTestTraffic: "setting test traffic"
        case .invokeHook(let hook): "invoking the function \(hook.function) for \(hook.event.rawValue)"
        case .updatePrimaryTaskSet(let id): "making the task set \(id) the PRIMARY one"
        case .deleteTaskSet(let id): "deleting the task set \(id)"
        }
    }
}
