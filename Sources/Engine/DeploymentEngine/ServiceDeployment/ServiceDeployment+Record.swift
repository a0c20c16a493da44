package import Model

extension ServiceDeployment {
    /// What a deployment remembers of its way.
    struct Record: Equatable, Sendable, Codable {
        var footing = Footing(source: nil)
        /// The production rules sent traffic to something else than the source when the deployment began.
        var isSplit = false
        var sightings: [RevisionID: RevisionSighting] = [:]
        /// Tenths of a percent, requested of the load balancer.
        var requestedPermille = 0
        /// The same, acknowledged.
        var servedPermille = 0
        var hasMovedTest = false
        var isTestOnTarget = false
        var hasScaledUp = false
        var migration: MigrationRun?
        var hasRetiredSource = false
        var alarms: AlarmMonitor = .off
        var hooks: [HookView] = []
        var legs: [LegRecord] = []
        /// `nil` in values of earlier versions.
        var journal: DeploymentJournal?
        var startedAt: Timestamp?
        var deadline: DeploymentTimer?
        var rollbackStartedAt: Timestamp?
        var updatedAt: Timestamp?

        var source: RevisionID? { self.footing.source }
        /// Production has left the source, or is about to.
        var hasMovedProduction: Bool { self.requestedPermille > 0 }
        var needsReconciling: Bool { self.source != nil && (self.isSplit || !self.footing.strays.isEmpty) }

        /// From here alarms do not count any more.
        mutating func endAlarms() {
            switch self.alarms {
            case .starting, .on: self.alarms = .complete
            case .off, .triggered, .complete: break
            }
        }

        mutating func note(_ run: HookRound.Run, of round: HookRound, _ hook: Hook, at now: Timestamp) -> HookView? {
            let status = run.state.status
            guard let index = self.hooks.lastIndex(where: { $0.run == run.number }) else {
                let view = HookView(
                    run: run.number, hook: hook, stage: round.stage, status: status, startedAt: now,
                    expiresAt: run.timeout.deadline)
                self.hooks.append(view)
                return view
            }
            guard self.hooks[index].status != status else { return nil }
            self.hooks[index].status = status
            if run.isOver { self.hooks[index].endedAt = now }
            return self.hooks[index]
        }
    }

    /// The time of a leg, for the receipt.
    package struct LegRecord: Hashable, Sendable, Codable {
        package let leg: Leg
        package let startedAt: Timestamp
        package internal(set) var endedAt: Timestamp?
    }

    enum AlarmMonitor: Hashable, Sendable, Codable {
        /// None configured, or one rang already when the deployment began.
        case off
        /// Not looked at yet.
        case starting
        case on
        case triggered([String])
        case complete
    }
}
