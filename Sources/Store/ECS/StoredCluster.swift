internal import GRDB
package import Model

/// A cluster. An INACTIVE one stays describable until its name is taken again.
package struct StoredCluster: Equatable, Sendable {
    package var region: String
    package var name: String
    package var isActive: Bool
    package var createdAt: Timestamp
    /// The cluster's shape without its counts.
    package var body: String

    package init(region: String, name: String, isActive: Bool, createdAt: Timestamp, body: String) {
        self.region = region
        self.name = name
        self.isActive = isActive
        self.createdAt = createdAt
        self.body = body
    }

    fileprivate init(_ row: Row) {
        self.init(
            region: row["region"], name: row["name"], isActive: row["status"] == "ACTIVE",
            createdAt: Timestamp(milliseconds: row["created_at"]), body: row["body"])
    }
}

/// How many tasks and services a cluster has now.
package struct ClusterCounts: Equatable, Sendable {
    package var running = 0
    package var pending = 0
    package var services = 0
}

extension StoreSnapshot {
    package func cluster(_ name: String, region: String) throws -> StoredCluster? {
        try Row.first(
            self.database, sql: "SELECT * FROM ecs_clusters WHERE region = ? AND name = ?", arguments: [region, name]
        ).map(StoredCluster.init)
    }

    /// By name.
    package func activeClusters(region: String) throws -> [StoredCluster] {
        try Row.all(
            self.database, sql: "SELECT * FROM ecs_clusters WHERE region = ? AND status = 'ACTIVE' ORDER BY name",
            arguments: [region]
        ).map(StoredCluster.init)
    }

    package func counts(ofCluster name: String, region: String) throws -> ClusterCounts {
        var counts = ClusterCounts()
        counts.running = try self.count("ecs_tasks", "last_status = 'RUNNING'", region, name)
        counts.pending = try self.count(
            "ecs_tasks", "last_status IN ('PROVISIONING', 'PENDING', 'ACTIVATING')", region, name)
        counts.services = try self.count("ecs_services", "status = 'ACTIVE'", region, name)
        return counts
    }

    /// Whether the cluster has tasks, or services, of the EC2 launch type: those of Fargate stand on no instance.
    package func usesInstance(cluster: String, region: String) throws -> Bool {
        try Bool.first(
            self.database,
            sql: """
                SELECT EXISTS (
                    SELECT 1 FROM ecs_tasks WHERE region = ?1 AND cluster = ?2 AND last_status <> 'STOPPED'
                        AND json_extract(body, '$.launchType') = 'EC2'
                ) OR EXISTS (
                    SELECT 1 FROM ecs_services WHERE region = ?1 AND cluster = ?2 AND status <> 'INACTIVE'
                        AND json_extract(body, '$.launchType') = 'EC2'
                )
                """,
            arguments: [region, cluster]) ?? false
    }

    private func count(_ table: String, _ condition: String, _ region: String, _ cluster: String) throws -> Int {
        try Int.first(
            self.database, sql: "SELECT COUNT(*) FROM \(table) WHERE region = ? AND cluster = ? AND \(condition)",
            arguments: [region, cluster]) ?? 0
    }
}

extension StoreTransaction {
    package func save(_ cluster: StoredCluster) throws {
        try self.database.run(
            sql: """
                INSERT INTO ecs_clusters (region, name, status, created_at, body) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET status = excluded.status, created_at = excluded.created_at, body = excluded.body
                """,
            arguments: [
                cluster.region, cluster.name, cluster.isActive ? "ACTIVE" : "INACTIVE", cluster.createdAt.milliseconds,
                cluster.body,
            ])
    }
}
