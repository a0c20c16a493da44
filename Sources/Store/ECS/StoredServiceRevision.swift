package import DeploymentEngine
internal import GRDB
package import Model

/// A deployment of the ECS controller, or a task set of the others: the tasks of one task definition within a service.
package struct StoredServiceRevision: Equatable, Sendable {
    /// `ecs-svc/NNN`.
    package var id: String
    package var service: ServiceKey
    package var role: DesiredService.Revision.Role
    /// Percent of the service's desired count; 100 for a deployment of the ECS controller.
    package var scale: Double
    package var clientToken: String?
    package var progress: RevisionProgress
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
    /// The `CreateTaskSetRequest` that describes it, whichever controller made it.
    package var body: String

    package init(
        id: String, service: ServiceKey, role: DesiredService.Revision.Role, scale: Double, clientToken: String?,
        progress: RevisionProgress, createdAt: Timestamp, updatedAt: Timestamp, body: String
    ) {
        self.id = id
        self.service = service
        self.role = role
        self.scale = scale
        self.clientToken = clientToken
        self.progress = progress
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.body = body
    }

    fileprivate init(_ row: Row) throws {
        self.init(
            id: row["id"], service: ServiceKey(region: row["region"], cluster: row["cluster"], name: row["service"]),
            role: DesiredService.Revision.Role(rawValue: row["role"]) ?? .active, scale: row["scale"],
            clientToken: row["client_token"],
            progress: try StoredJSON.decode(RevisionProgress.self, from: row["progress"]),
            createdAt: Timestamp(milliseconds: row["created_at"]),
            updatedAt: Timestamp(milliseconds: row["updated_at"]), body: row["body"])
    }
}

extension StoreSnapshot {
    /// The primary first, then the newest.
    package func revisions(of service: ServiceKey) throws -> [StoredServiceRevision] {
        try Row.all(
            self.database,
            sql: """
                SELECT * FROM ecs_service_revisions WHERE region = ? AND cluster = ? AND service = ?
                ORDER BY role = 'PRIMARY' DESC, created_at DESC, id
                """,
            arguments: service.arguments
        ).map(StoredServiceRevision.init)
    }

    package func revision(_ id: String) throws -> StoredServiceRevision? {
        try Row.first(self.database, sql: "SELECT * FROM ecs_service_revisions WHERE id = ?", arguments: [id]).map(
            StoredServiceRevision.init)
    }
}

extension StoreTransaction {
    package func save(_ revision: StoredServiceRevision) throws {
        try self.database.run(
            sql: """
                INSERT INTO ecs_service_revisions
                    (id, region, cluster, service, role, scale, client_token, progress, created_at, updated_at, body)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET role = excluded.role, scale = excluded.scale, progress = excluded.progress,
                    updated_at = excluded.updated_at, body = excluded.body
                """,
            arguments: [
                revision.id, revision.service.region, revision.service.cluster, revision.service.name,
                revision.role.rawValue,
                revision.scale, revision.clientToken, try StoredJSON.encode(revision.progress),
                revision.createdAt.milliseconds,
                revision.updatedAt.milliseconds, revision.body,
            ])
        self.changed(.taskSets)
        self.changed(.service(revision.service))
    }

    package func deleteRevision(_ id: String) throws {
        guard let revision = try self.revision(id) else { return }
        try self.database.run(sql: "DELETE FROM ecs_service_revisions WHERE id = ?", arguments: [id])
        self.changed(.taskSets)
        self.changed(.service(revision.service))
    }
}
