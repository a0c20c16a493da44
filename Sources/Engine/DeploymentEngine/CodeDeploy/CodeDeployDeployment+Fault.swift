internal import Model

// The way out: what follows when something went wrong, or was stopped.
extension CodeDeployDeployment {
    mutating func fail(
        _ fault: DeploymentFault, rollbackAsked: Bool = false, at now: Timestamp, into step: inout Step
    ) {
        let diagnostics = LifecycleEventRecord.Diagnostics(
            code: fault.diagnosticsCode, scriptName: self.currentFunction, message: fault.errorInformation.message)
        step.notices += self.record.abandon(diagnostics, at: now).map(Notice.lifecycleEventChanged)
        let sequel = self.sequel(of: fault, rollbackAsked: rollbackAsked)
        guard let pending = self.pendingCommand, !pending.outstanding.isEmpty else {
            return self.comeToRest(fault, sequel, at: now, into: &step)
        }
        let timer = self.timer(at: now + DeploymentLimit.settling)
        self.state = .windingDown(WindDown(cause: fault, sequel: sequel, state: .settling(pending, until: timer)))
    }

    /// Nothing is under way any more.
    mutating func settled(_ windDown: WindDown, at now: Timestamp, into step: inout Step) {
        self.comeToRest(windDown.cause, windDown.sequel, at: now, into: &step)
    }

    mutating func end(
        _ fault: DeploymentFault, _ sequel: WindDown.Sequel, at now: Timestamp, into step: inout Step
    ) {
        self.record.lastUpdatedAt = now
        switch (sequel, self.plan.purpose) {
        case (.rollBack(let original), .release(let release)):
            let next = self.rollback(release.rollbackID, to: original, at: now)
            step.successor = .rollback(next)
            self.state = .ended(
                .faulted(
                    fault, at: now,
                    .rolledBack(
                        by: next.id,
                        message:
                            "Deployment \(self.id) terminated. Automatic rollback is triggered with a DeploymentId "
                            + "\(next.id).")))
        case (.leaveAsIs, _), (.rollBack, .rollback):
            self.state = .ended(.faulted(fault, at: now, .none))
        }
    }

    private mutating func comeToRest(
        _ fault: DeploymentFault, _ sequel: WindDown.Sequel, at now: Timestamp, into step: inout Step
    ) {
        guard !self.stopsMigration(because: fault, sequel, at: now, into: &step) else { return }
        switch sequel {
        case .leaveAsIs:
            self.end(fault, sequel, at: now, into: &step)
        case .rollBack:
            guard let original = self.record.original, original.sighting != .vanished else {
                return self.end(fault, .leaveAsIs, at: now, into: &step)
            }
            guard self.record.hasMovedProduction, let traffic = self.traffic(replacementPercent: 0) else {
                return self.end(fault, sequel, at: now, into: &step)
            }
            let pending = self.issue(
                .setProductionTraffic(traffic, health: Self.condition(for: original)), at: now, into: &step)
            self.state = .windingDown(WindDown(cause: fault, sequel: sequel, state: .returningTraffic(pending)))
        }
    }

    private func sequel(of fault: DeploymentFault, rollbackAsked: Bool) -> WindDown.Sequel {
        switch self.plan.purpose {
        case .rollback:
            return .leaveAsIs
        case .release(let release):
            guard rollbackAsked || release.rollbackEvents.contains(fault.rollbackEvent), self.isBlueSafe,
                let original = self.record.original, original.sighting != .vanished
            else { return .leaveAsIs }
            return .rollBack(to: original.taskSet)
        }
    }

    /// Whether blue was never asked to go.
    private var isBlueSafe: Bool {
        switch self.state {
        case .deletingSuperseded: false
        case .created, .preparing, .runningHook, .installing, .allowingTestTraffic, .waitingForContinue,
            .shiftingTraffic,
            .updatingPrimary, .waitingForTermination, .windingDown, .ended:
            true
        }
    }

    private var currentFunction: String {
        guard let event = self.record.currentEvent else { return "" }
        if case .installing(let installation) = self.state, installation.isMigrating {
            return self.record.migration?.migration.title ?? ""
        }
        return self.hooks.first { $0.event == event.name }?.function ?? ""
    }

    private func rollback(_ id: ID, to original: TaskSet, at now: Timestamp) -> CodeDeployDeployment {
        var plan = self.plan
        plan.purpose = .rollback(
            Rollback(trigger: self.id, original: original, replacementPercent: self.record.servedPercent))
        return CodeDeployDeployment(id: id, plan: plan, createdAt: now)
    }
}
