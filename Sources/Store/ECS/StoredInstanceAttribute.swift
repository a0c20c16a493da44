internal import GRDB

/// An attribute that somebody has put on the container instance of a cluster.
package struct StoredInstanceAttribute: Hashable, Sendable {
    package var name: String
    package var value: String?

    package init(name: String, value: String?) {
        self.name = name
        self.value = value
    }
}

extension StoreSnapshot {
    /// By name.
    package func instanceAttributes(cluster: String, region: String) throws -> [StoredInstanceAttribute] {
        try Row.all(
            self.database,
            sql: "SELECT name, value FROM ecs_instance_attributes WHERE region = ? AND cluster = ? ORDER BY name",
            arguments: [region, cluster]
        ).map { StoredInstanceAttribute(name: $0["name"], value: $0["value"]) }
    }
}

extension StoreTransaction {
    /// Replaces the attribute of the same name.
    package func save(_ attribute: StoredInstanceAttribute, cluster: String, region: String) throws {
        try self.database.run(
            sql: """
                INSERT INTO ecs_instance_attributes (region, cluster, name, value) VALUES (?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET value = excluded.value
                """,
            arguments: [region, cluster, attribute.name, attribute.value])
    }

    package func deleteInstanceAttribute(_ name: String, cluster: String, region: String) throws {
        try self.database.run(
            sql: "DELETE FROM ecs_instance_attributes WHERE region = ? AND cluster = ? AND name = ?",
            arguments: [region, cluster, name])
    }
}
