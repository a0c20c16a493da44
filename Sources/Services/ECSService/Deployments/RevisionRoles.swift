internal import DeploymentEngine
internal import Model
internal import Store

extension StoredServiceRevision {
    /// As deployments see it.
    var entry: RevisionRoster.Entry {
        get { .init(id: .init(rawValue: self.id), role: self.role, scale: self.scale, progress: self.progress) }
        set {
            self.role = newValue.role
            self.scale = newValue.scale
            self.progress = newValue.progress
        }
    }
}

extension RevisionRoster {
    init(_ revisions: [StoredServiceRevision]) { self.init(revisions.map(\.entry)) }
}

extension StoreTransaction {
    /// Writes what `change` makes of the service's revisions. One that is not stored yet, or no more, is made from its record.
    func reassign(
        _ key: ServiceKey, at now: Timestamp, _ change: (inout RevisionRoster) throws -> Void
    ) throws {
        let revisions = try self.revisions(of: key)
        var roster = RevisionRoster(revisions)
        try change(&roster)
        // A service has one PRIMARY revision at most: first those that give up the role.
        for entry in roster.entries.filter({ $0.role != .primary }) + roster.entries.filter({ $0.role == .primary }) {
            if var revision = revisions.first(where: { $0.id == entry.id.rawValue }) {
                guard revision.entry != entry else { continue }
                revision.entry = entry
                revision.updatedAt = now
                try self.save(revision)
            } else if let record = try self.revisionRecord(entry.id.rawValue) {
                try self.save(
                    StoredServiceRevision(
                        id: record.id, service: record.service, role: entry.role, scale: entry.scale, clientToken: nil,
                        progress: entry.progress, createdAt: record.createdAt, updatedAt: now, body: record.body))
            }
        }
        for revision in revisions where !roster.entries.contains(where: { $0.id.rawValue == revision.id }) {
            try self.deleteRevision(revision.id)
        }
    }

    func keepRecord(of revision: StoredServiceRevision) throws {
        try self.save(
            StoredRevisionRecord(
                id: revision.id, service: revision.service, createdAt: revision.createdAt, body: revision.body))
    }
}
