internal import GRDB
package import Model

/// What a service revision was made of, kept when its tasks are long gone: for DescribeServiceRevisions, and to return to it.
package struct StoredRevisionRecord: Equatable, Sendable {
    /// `ecs-svc/NNN`.
    package let id: String
    package let service: ServiceKey
    package let createdAt: Timestamp
    /// The `CreateTaskSetRequest` of its ``StoredServiceRevision``.
    package var body: String

    package init(id: String, service: ServiceKey, createdAt: Timestamp, body: String) {
        self.id = id
        self.service = service
        self.createdAt = createdAt
        self.body = body
    }
}

extension StoreSnapshot {
    package func revisionRecord(_ id: String) throws -> StoredRevisionRecord? {
        try Row.first(self.database, sql: "SELECT * FROM ecs_revision_records WHERE id = ?", arguments: [id]).map {
            StoredRevisionRecord(
                id: $0["id"], service: ServiceKey(region: $0["region"], cluster: $0["cluster"], name: $0["service"]),
                createdAt: Timestamp(milliseconds: $0["created_at"]), body: $0["body"])
        }
    }
}

extension StoreTransaction {
    package func save(_ record: StoredRevisionRecord) throws {
        try self.database.run(
            sql: """
                INSERT INTO ecs_revision_records (id, region, cluster, service, created_at, body) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET body = excluded.body
                """,
            arguments: [
                record.id, record.service.region, record.service.cluster, record.service.name,
                record.createdAt.milliseconds, record.body,
            ])
    }
}
