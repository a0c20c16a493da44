internal import GRDB
package import Model

/// A capacity provider that somebody has made; the predefined ones are not stored.
package struct StoredCapacityProvider: Equatable, Sendable {
    package var region: String
    package var name: String
    package var createdAt: Timestamp
    /// The provider's shape.
    package var body: String

    package init(region: String, name: String, createdAt: Timestamp, body: String) {
        self.region = region
        self.name = name
        self.createdAt = createdAt
        self.body = body
    }

    fileprivate init(_ row: Row) {
        self.init(
            region: row["region"], name: row["name"], createdAt: Timestamp(milliseconds: row["created_at"]),
            body: row["body"])
    }
}

extension StoreSnapshot {
    package func capacityProvider(_ name: String, region: String) throws -> StoredCapacityProvider? {
        try Row.first(
            self.database, sql: "SELECT * FROM ecs_capacity_providers WHERE region = ? AND name = ?",
            arguments: [region, name]
        ).map(StoredCapacityProvider.init)
    }

    /// By name.
    package func capacityProviders(region: String) throws -> [StoredCapacityProvider] {
        try Row.all(
            self.database, sql: "SELECT * FROM ecs_capacity_providers WHERE region = ? ORDER BY name",
            arguments: [region]
        ).map(StoredCapacityProvider.init)
    }
}

extension StoreTransaction {
    package func save(_ provider: StoredCapacityProvider) throws {
        try self.database.run(
            sql: """
                INSERT INTO ecs_capacity_providers (region, name, created_at, body) VALUES (?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET body = excluded.body
                """,
            arguments: [provider.region, provider.name, provider.createdAt.milliseconds, provider.body])
    }

    package func deleteCapacityProvider(_ name: String, region: String) throws {
        try self.database.run(
            sql: "DELETE FROM ecs_capacity_providers WHERE region = ? AND name = ?", arguments: [region, name])
    }
}
