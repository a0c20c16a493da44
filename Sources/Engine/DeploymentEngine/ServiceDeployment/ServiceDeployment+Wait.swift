extension ServiceDeployment {
    /// What is waited for now; `nil` once the deployment has ended.
    package var wait: DeploymentWait? {
        switch self.state {
        case .pending:
            DeploymentWait(
                reason: "the service deployment before it has not ended yet", deadline: nil,
                exit: "StopServiceDeployment ends it")
        case .halting(let halt):
            DeploymentWait(
                reason: "a call is still under way (\(halt.pending.command.action.gerund))",
                deadline: halt.settled.deadline,
                exit: "it goes on then in any case")
        case .running(let run):
            switch run.phase {
            case .calling(let pending): self.wait(for: pending)
            case .awaitingTasks(let timer):
                DeploymentWait(
                    reason: self.missing(on: run.leg), deadline: timer.deadline,
                    exit: "the deployment fails then; \(Self.stop)")
            case .migrating(let timer):
                DeploymentWait(
                    reason: "the migration task \(self.record.migration?.task ?? "") has not ended "
                        + "(\(self.record.migration?.migration.title ?? ""))",
                    deadline: timer.deadline, exit: "the task is stopped and the deployment fails then; \(Self.stop)")
            case .hooking(let round): self.wait(for: round)
            case .resting(let timer):
                DeploymentWait(
                    reason: "\(run.leg.lifecycleStage?.rawValue ?? "") lasts until its bake time is over",
                    deadline: timer.deadline, exit: "it goes on then; \(Self.stop)")
            }
        case .ended: nil
        }
    }

    private static let stop = "StopServiceDeployment ends it now"

    private func wait(for pending: StageRun.PendingCommand) -> DeploymentWait {
        let complaint = pending.complaint.map { ": \($0)" } ?? ""
        return DeploymentWait(
            reason: pending.command.action.gerund + complaint, deadline: pending.giveUp.deadline,
            exit: "it is repeated until then; \(Self.stop)")
    }

    /// The hook that was to end first.
    private func wait(for round: HookRound) -> DeploymentWait? {
        guard let run = round.runs.filter({ !$0.isOver }).min(by: { $0.timeout.deadline < $1.timeout.deadline }) else {
            return nil
        }
        let hook = self.plan.hooks[run.hook]
        let action = hook.timeoutAction == .rollback ? "the deployment rolls back then" : "the deployment goes on then"
        return switch hook.target {
        case .pause:
            DeploymentWait(
                reason: "a pause at \(round.stage.rawValue) awaits an action", deadline: run.timeout.deadline,
                exit: "ContinueServiceDeployment continues it or rolls back; \(action)")
        case .function(let arn, _):
            DeploymentWait(
                reason: "the function \(arn) has not finished \(round.stage.rawValue)", deadline: run.timeout.deadline,
                exit: "\(action); \(Self.stop)")
        }
    }

    private func missing(on leg: Leg) -> String {
        let target = self.record.sightings[self.plan.target]
        return switch leg {
        case .cleanUp, .reconcileService, .scaleDown: "tasks of a superseded revision have not stopped yet"
        case .inspection, .preScaleUp, .migration, .scaleUp, .postScaleUp, .testTrafficShift, .postTestTrafficShift,
            .preProductionTrafficShift, .productionTrafficShift, .postProductionTrafficShift, .bakeTime,
            .restoreSource, .returnProductionTraffic, .returnTestTraffic:
            "\(target?.runningCount ?? 0) of \(target?.desiredCount ?? 0) tasks of revision \(self.plan.target.rawValue) run, "
                + ((target?.isSteady ?? false) ? "steady" : "not all of them healthy yet")
                + ((target?.failedTasks ?? 0) > 0 ? ", \(target?.failedTasks ?? 0) failed" : "")
        }
    }
}
