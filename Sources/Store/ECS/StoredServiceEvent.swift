internal import GRDB
package import Model

/// A line of a service's event list.
package struct StoredServiceEvent: Equatable, Sendable {
    package var id: String
    package var createdAt: Timestamp
    package var message: String
}

extension StoreSnapshot {
    /// The newest first.
    package func events(of service: ServiceKey) throws -> [StoredServiceEvent] {
        try Row.all(
            self.database,
            sql:
                "SELECT * FROM ecs_service_events WHERE region = ? AND cluster = ? AND service = ? ORDER BY position DESC",
            arguments: service.arguments
        ).map {
            StoredServiceEvent(
                id: $0["id"], createdAt: Timestamp(milliseconds: $0["created_at"]), message: $0["message"])
        }
    }
}

extension StoreTransaction {
    private static let keptEvents = 100

    /// Appends a line and drops those beyond the newest hundred.
    package func appendEvent(_ message: String, to service: ServiceKey, at now: Timestamp) throws {
        let position =
            1
            + (try Int64.first(
                self.database,
                sql: "SELECT MAX(position) FROM ecs_service_events WHERE region = ? AND cluster = ? AND service = ?",
                arguments: service.arguments) ?? 0)
        try self.database.run(
            sql: """
                INSERT INTO ecs_service_events (id, region, cluster, service, position, created_at, message) VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                Identifiers.uuid(), service.region, service.cluster, service.name, position, now.milliseconds, message,
            ])
        try self.database.run(
            sql: "DELETE FROM ecs_service_events WHERE region = ? AND cluster = ? AND service = ? AND position <= ?",
            arguments: [service.region, service.cluster, service.name, position - Int64(Self.keptEvents)])
    }
}
