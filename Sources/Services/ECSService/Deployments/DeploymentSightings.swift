internal import DeploymentEngine
internal import Model
internal import Store

extension StoreSnapshot {
    /// The revisions that a deployment finds: what the last good one brought, and what else still has tasks or traffic.
    func footing(of deployment: StoredServiceDeployment) throws -> ServiceDeployment.Footing {
        let target = deployment.machine.plan.target.rawValue
        let others = try self.revisions(of: deployment.service).filter { $0.id != target && $0.role != .draining }
        let good = try self.lastServiceDeployment(of: deployment.service, status: .successful)?.machine.plan.target
        let source = others.first { $0.id == good?.rawValue } ?? others.first { $0.scale > 0 }
        return ServiceDeployment.Footing(
            source: source.map { .init(rawValue: $0.id) },
            strays: others.filter { $0.id != source?.id }.map { .init(rawValue: $0.id) })
    }

    /// How every revision of the service is, by id.
    func sightings(
        for deployment: StoredServiceDeployment
    ) throws -> [ServiceDeployment.RevisionID: ServiceDeployment.RevisionSighting] {
        guard let service = try self.service(deployment.service) else { return [:] }
        let tasks = try self.openTasks(of: deployment.service)
        var sightings: [ServiceDeployment.RevisionID: ServiceDeployment.RevisionSighting] = [:]
        for revision in try self.revisions(of: deployment.service) {
            let own = tasks.filter { $0.revision == revision.id && $0.machine.phase != .stopped }
            let counts = TaskCounts(own)
            let requested = revision.computedDesiredCount(of: service.desiredCount)
            // The scheduler may not have looked since the count changed.
            let isSteady = revision.progress.steadySince != nil && counts.running == requested
            sightings[.init(rawValue: revision.id)] = .init(
                isPrimary: revision.role == .primary && revision.scale > 0, desiredCount: service.desiredCount,
                requestedCount: requested, runningCount: counts.running,
                pendingCount: counts.pending, liveCount: own.count, isSteady: isSteady,
                failedTasks: revision.progress.failedTasks, isRolledOut: revision.progress.rollout == .completed)
        }
        return sightings
    }
}
