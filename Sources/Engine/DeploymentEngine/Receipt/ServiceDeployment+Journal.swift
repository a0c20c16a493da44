internal import Model

extension ServiceDeployment {
    package var journal: DeploymentJournal { self.record.journal ?? DeploymentJournal() }

    /// To be called after every event.
    mutating func keepJournal(at now: Timestamp) {
        var journal = self.journal
        journal.note(self.standing, targetPermille: self.record.servedPermille, at: now)
        if journal != self.journal { self.record.journal = journal }
    }

    private var standing: DeploymentJournal.Standing? {
        switch self.state {
        case .pending, .ended: nil
        case .halting(let halt):
            .init(step: "STOP", wait: "the end of a call under way (\(halt.pending.command.action.gerund))")
        case .running(let run): .init(step: self.name(of: run.leg), wait: self.subject(of: run))
        }
    }

    private func subject(of run: StageRun) -> String {
        switch run.phase {
        case .calling(let pending): pending.command.action.gerund
        case .awaitingTasks:
            switch run.leg {
            case .reconcileService, .cleanUp, .scaleDown: "tasks of the superseded revision to stop"
            case .restoreSource: "tasks of revision \(self.record.source?.rawValue ?? "") to be healthy"
            case .inspection, .preScaleUp, .migration, .scaleUp, .postScaleUp, .testTrafficShift, .postTestTrafficShift,
                .preProductionTrafficShift, .productionTrafficShift, .postProductionTrafficShift, .bakeTime,
                .returnProductionTraffic, .returnTestTraffic:
                "tasks of revision \(self.plan.target.rawValue) to be healthy"
            }
        case .migrating: "the migration task"
        case .hooking(let round):
            round.runs.filter { !$0.isOver }.map { run in
                switch self.plan.hooks[run.hook].target {
                case .pause: "an action on the pause"
                case .function(let arn, _): "the function \(arn)"
                }
            }.joined(separator: ", ")
        case .resting: run.leg == .bakeTime ? "bake time" : "the bake time of the step"
        }
    }

    /// The way back has the stages' names with a prefix, for it passes them in the other direction.
    private func name(of leg: Leg) -> String {
        switch leg {
        case .inspection: "START"
        case .migration: "MIGRATION"
        case .preProductionTrafficShift(let step): "PRE_PRODUCTION_TRAFFIC_SHIFT \(step + 1)/\(self.shares.count)"
        case .productionTrafficShift(let step): "PRODUCTION_TRAFFIC_SHIFT \(step + 1)/\(self.shares.count)"
        case .restoreSource, .returnProductionTraffic, .returnTestTraffic:
            "ROLLBACK " + (leg.lifecycleStage?.rawValue ?? "")
        case .scaleDown: "ROLLBACK CLEAN_UP"
        case .reconcileService, .preScaleUp, .scaleUp, .postScaleUp, .testTrafficShift, .postTestTrafficShift,
            .postProductionTrafficShift, .bakeTime, .cleanUp:
            leg.lifecycleStage?.rawValue ?? ""
        }
    }
}

extension ServiceDeployment.Strategy {
    /// As the API spells it.
    package var name: String {
        switch self {
        case .rolling: "ROLLING"
        case .blueGreen: "BLUE_GREEN"
        case .linear: "LINEAR"
        case .canary: "CANARY"
        }
    }
}
