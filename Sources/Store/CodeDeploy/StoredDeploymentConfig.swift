internal import GRDB

/// A deployment configuration that a user made. The predefined ones are not stored.
package struct StoredDeploymentConfig: Equatable, Sendable {
    package let id: String
    package let region: String
    package let name: String
    /// The AWS shape `DeploymentConfigInfo`.
    package let body: String

    package init(id: String, region: String, name: String, body: String) {
        self.id = id
        self.region = region
        self.name = name
        self.body = body
    }

    init(row: Row) {
        self.init(id: row["id"], region: row["region"], name: row["name"], body: row["body"])
    }
}

extension StoreSnapshot {
    package func codeDeployConfig(named name: String, region: String) throws -> StoredDeploymentConfig? {
        try Row.first(
            self.database, sql: "SELECT * FROM codedeploy_configs WHERE region = ? AND name = ?",
            arguments: [region, name]
        ).map(StoredDeploymentConfig.init(row:))
    }

    /// By name.
    package func codeDeployConfigs(region: String) throws -> [StoredDeploymentConfig] {
        try Row.all(
            self.database, sql: "SELECT * FROM codedeploy_configs WHERE region = ? ORDER BY name", arguments: [region]
        ).map(StoredDeploymentConfig.init(row:))
    }

    /// Whether a deployment group goes by this configuration.
    package func isCodeDeployConfigInUse(named name: String, region: String) throws -> Bool {
        try Bool.first(
            self.database, sql: "SELECT EXISTS (SELECT 1 FROM codedeploy_groups WHERE region = ? AND config_name = ?)",
            arguments: [region, name]) ?? false
    }
}

extension StoreTransaction {
    package func insert(_ config: StoredDeploymentConfig) throws {
        try self.database.run(
            sql: "INSERT INTO codedeploy_configs (id, region, name, body) VALUES (?, ?, ?, ?)",
            arguments: [config.id, config.region, config.name, config.body])
    }

    package func deleteCodeDeployConfig(named name: String, region: String) throws {
        try self.database.run(
            sql: "DELETE FROM codedeploy_configs WHERE region = ? AND name = ?", arguments: [region, name])
    }
}
