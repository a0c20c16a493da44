internal import DeploymentEngine
internal import Model
internal import Store

/// What a deployment does to the tasks of its service: it says which revision gets how many, and the scheduler acts.
extension StoreTransaction {
    typealias RevisionID = ServiceDeployment.RevisionID

    /// The target gets its tasks.
    func scaleUp(_ target: RevisionID, at now: Timestamp) throws {
        guard var revision = try self.revision(target.rawValue), revision.scale < 100 else { return }
        revision.scale = 100
        // Steady it was without a task.
        revision.progress.steadySince = nil
        revision.updatedAt = now
        try self.save(revision)
    }

    /// Tasks of these go, and then they.
    func retire(_ revisions: [RevisionID], at now: Timestamp) throws {
        for id in revisions { try self.setRole(.draining, of: id, at: now) }
    }

    /// The source becomes PRIMARY again.
    func scaleDown(_ target: RevisionID, returningTo source: RevisionID, isRolling: Bool, at now: Timestamp) throws {
        if var failed = try self.revision(target.rawValue), failed.role == .primary {
            // One that never got a task has nothing to be replaced.
            failed.role = isRolling && failed.scale > 0 ? .active : .draining
            failed.progress.rollout = .failed
            failed.updatedAt = now
            try self.save(failed)
        }
        try self.restore(source, as: .primary, at: now)
    }

    /// Its tasks come back, whatever has become of it; it may be gone already.
    func restore(_ id: RevisionID, as role: DesiredService.Revision.Role, at now: Timestamp) throws {
        if var revision = try self.revision(id.rawValue) {
            guard revision.role != role else { return }
            revision.role = role
            revision.progress.rollout = .inProgress
            revision.progress.steadySince = nil
            revision.updatedAt = now
            return try self.save(revision)
        }
        guard let record = try self.revisionRecord(id.rawValue) else { return }
        try self.save(
            StoredServiceRevision(
                id: record.id, service: record.service, role: role, scale: 100, clientToken: nil,
                progress: RevisionProgress(), createdAt: record.createdAt, updatedAt: now, body: record.body))
    }

    func keepRecord(of revision: StoredServiceRevision) throws {
        try self.save(
            StoredRevisionRecord(
                id: revision.id, service: revision.service, createdAt: revision.createdAt, body: revision.body))
    }

    private func setRole(_ role: DesiredService.Revision.Role, of id: RevisionID, at now: Timestamp) throws {
        guard var revision = try self.revision(id.rawValue), revision.role != role else { return }
        revision.role = role
        revision.updatedAt = now
        try self.save(revision)
    }
}
