internal import GRDB

/// A deployment group as it stands in the store.
package struct StoredDeploymentGroup: Equatable, Sendable {
    package let id: String
    package let applicationID: String
    package let region: String
    package var name: String
    /// `CLUSTER:SERVICE`, plain names.
    package var service: String
    package var configName: String
    /// The AWS shape `DeploymentGroupInfo`, without names and without what its deployments say.
    package var body: String
    package var tags: [ResourceTag]

    package init(
        id: String, applicationID: String, region: String, name: String, service: String, configName: String,
        body: String,
        tags: [ResourceTag] = []
    ) {
        self.id = id
        self.applicationID = applicationID
        self.region = region
        self.name = name
        self.service = service
        self.configName = configName
        self.body = body
        self.tags = tags
    }

    init(row: Row) throws {
        self.init(
            id: row["id"], applicationID: row["application_id"], region: row["region"], name: row["name"],
            service: row["service"], configName: row["config_name"], body: row["body"],
            tags: try MapColumn.tags(row["tags"]))
    }
}

extension StoreSnapshot {
    package func codeDeployGroup(named name: String, applicationID: String) throws -> StoredDeploymentGroup? {
        try Row.first(
            self.database, sql: "SELECT * FROM codedeploy_groups WHERE application_id = ? AND name = ?",
            arguments: [applicationID, name]
        ).map(StoredDeploymentGroup.init(row:))
    }

    /// By name.
    package func codeDeployGroups(applicationID: String) throws -> [StoredDeploymentGroup] {
        try Row.all(
            self.database, sql: "SELECT * FROM codedeploy_groups WHERE application_id = ? ORDER BY name",
            arguments: [applicationID]
        ).map(StoredDeploymentGroup.init(row:))
    }

    /// The one group that deploys this service (`CLUSTER:SERVICE`).
    package func codeDeployGroup(deploying service: String, region: String) throws -> StoredDeploymentGroup? {
        try Row.first(
            self.database, sql: "SELECT * FROM codedeploy_groups WHERE region = ? AND service = ?",
            arguments: [region, service]
        ).map(StoredDeploymentGroup.init(row:))
    }
}

extension StoreTransaction {
    package func insert(_ group: StoredDeploymentGroup) throws {
        try self.database.run(
            sql: """
                INSERT INTO codedeploy_groups (id, application_id, region, name, service, config_name, body, tags)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                group.id, group.applicationID, group.region, group.name, group.service, group.configName, group.body,
                MapColumn.text(group.tags),
            ])
    }

    /// Writes all that may change. Its deployments go by the new name from then on.
    package func update(_ group: StoredDeploymentGroup) throws {
        try self.database.run(
            sql: "UPDATE codedeploy_groups SET name = ?, service = ?, config_name = ?, body = ?, tags = ? WHERE id = ?",
            arguments: [
                group.name, group.service, group.configName, group.body, MapColumn.text(group.tags), group.id,
            ])
        try self.database.run(
            sql: "UPDATE codedeploy_deployments SET group_name = ? WHERE group_id = ?",
            arguments: [group.name, group.id])
    }

    /// Its deployments stay; one that runs goes on.
    package func deleteCodeDeployGroup(id: String) throws {
        try self.database.run(sql: "DELETE FROM codedeploy_groups WHERE id = ?", arguments: [id])
    }
}
