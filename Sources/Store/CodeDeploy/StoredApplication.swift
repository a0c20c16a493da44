internal import GRDB
package import Model

/// A CodeDeploy application as it stands in the store.
package struct StoredApplication: Equatable, Sendable {
    package let id: String
    package let region: String
    package var name: String
    /// `Server`, `Lambda` or `ECS`.
    package let computePlatform: String
    package let createdAt: Timestamp
    package var tags: [ResourceTag]

    package init(
        id: String, region: String, name: String, computePlatform: String, createdAt: Timestamp,
        tags: [ResourceTag] = []
    ) {
        self.id = id
        self.region = region
        self.name = name
        self.computePlatform = computePlatform
        self.createdAt = createdAt
        self.tags = tags
    }

    init(row: Row) throws {
        self.init(
            id: row["id"], region: row["region"], name: row["name"], computePlatform: row["compute_platform"],
            createdAt: Timestamp(milliseconds: row["created_at"]), tags: try MapColumn.tags(row["tags"]))
    }
}

extension StoreSnapshot {
    package func codeDeployApplication(named name: String, region: String) throws -> StoredApplication? {
        try Row.first(
            self.database, sql: "SELECT * FROM codedeploy_applications WHERE region = ? AND name = ?",
            arguments: [region, name]
        ).map(StoredApplication.init(row:))
    }

    /// By name.
    package func codeDeployApplications(region: String) throws -> [StoredApplication] {
        try Row.all(
            self.database, sql: "SELECT * FROM codedeploy_applications WHERE region = ? ORDER BY name",
            arguments: [region]
        ).map(StoredApplication.init(row:))
    }
}

extension StoreTransaction {
    package func insert(_ application: StoredApplication) throws {
        try self.database.run(
            sql: """
                INSERT INTO codedeploy_applications (id, region, name, compute_platform, created_at, tags)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                application.id, application.region, application.name, application.computePlatform,
                application.createdAt.milliseconds, MapColumn.text(application.tags),
            ])
    }

    /// Writes name and tags. Its deployments go by the new name from then on.
    package func update(_ application: StoredApplication) throws {
        try self.database.run(
            sql: """
                UPDATE codedeploy_deployments SET application_name = ?
                WHERE group_id IN (SELECT id FROM codedeploy_groups WHERE application_id = ?)
                """,
            arguments: [application.name, application.id])
        try self.database.run(
            sql: "UPDATE codedeploy_applications SET name = ?, tags = ? WHERE id = ?",
            arguments: [application.name, MapColumn.text(application.tags), application.id])
    }

    /// With its groups and revisions; its deployments stay.
    package func deleteCodeDeployApplication(id: String) throws {
        try self.database.run(sql: "DELETE FROM codedeploy_applications WHERE id = ?", arguments: [id])
    }
}
