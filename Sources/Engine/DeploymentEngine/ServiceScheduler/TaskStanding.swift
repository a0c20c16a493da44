internal import Model

/// What one task is worth to its service at a moment.
package enum TaskStanding: Hashable, Sendable {
    case starting
    /// Runs, but has not yet shown that it is well.
    case unproven
    case healthy
    case sick(Illness)
    /// On its way out: wanted by nobody.
    case leaving

    package enum Illness: Hashable, Sendable {
        case target(targetGroup: String, port: Int, reason: String)
        case container
    }
}

extension ObservedTask {
    func standing(in revision: DesiredService.Revision, of service: DesiredService, at now: Timestamp) -> TaskStanding {
        guard !self.isStopping, self.phase != .stopped else { return .leaving }
        guard let runningSince = self.runningSince else { return .starting }
        if let illness = self.illness {
            return now < runningSince + service.healthCheckGracePeriod ? .unproven : .sick(illness)
        }
        let targetsPass = !revision.hasTargets || self.targetHealth == .healthy
        let checksPass = !revision.hasHealthChecks || self.containerHealth == .healthy
        guard targetsPass, checksPass else { return .unproven }
        if revision.hasTargets || revision.hasHealthChecks { return .healthy }
        return now >= runningSince + service.settlingTime ? .healthy : .unproven
    }

    private var illness: TaskStanding.Illness? {
        if case .unhealthy(let targetGroup, let port, let reason) = self.targetHealth {
            return .target(targetGroup: targetGroup, port: port, reason: reason)
        }
        return self.containerHealth == .unhealthy ? .container : nil
    }

    func isProtected(at now: Timestamp) -> Bool { self.protectedUntil.map { now < $0 } ?? false }

    /// When `standing` or the protection changes by the passing of time alone.
    func nextChange(in revision: DesiredService.Revision, of service: DesiredService, after now: Timestamp)
        -> Timestamp?
    {
        guard !self.isStopping else { return nil }
        let ends = [self.protectedUntil, self.standingEnd(in: revision, of: service)]
        return ends.compactMap { $0 }.filter { $0 > now }.min()
    }

    private func standingEnd(in revision: DesiredService.Revision, of service: DesiredService) -> Timestamp? {
        guard let runningSince = self.runningSince else { return nil }
        if self.illness != nil { return runningSince + service.healthCheckGracePeriod }
        return revision.hasTargets || revision.hasHealthChecks ? nil : runningSince + service.settlingTime
    }
}
