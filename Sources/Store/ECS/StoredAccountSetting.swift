internal import GRDB

/// Account settings of ECS that somebody has set, in one region. Those of the account's root hold for everybody else.
extension StoreSnapshot {
    /// Values by setting name.
    package func accountSettings(of principal: String, region: String) throws -> [String: String] {
        let rows = try Row.all(
            self.database, sql: "SELECT name, value FROM ecs_account_settings WHERE region = ? AND principal = ?",
            arguments: [region, principal])
        return Dictionary(uniqueKeysWithValues: try rows.map { ($0["name"], $0["value"]) })
    }
}

extension StoreTransaction {
    package func setAccountSetting(_ name: String, to value: String, for principal: String, region: String) throws {
        try self.database.run(
            sql: """
                INSERT INTO ecs_account_settings (region, principal, name, value) VALUES (?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET value = excluded.value
                """,
            arguments: [region, principal, name, value])
    }

    package func deleteAccountSetting(_ name: String, of principal: String, region: String) throws {
        try self.database.run(
            sql: "DELETE FROM ecs_account_settings WHERE region = ? AND principal = ? AND name = ?",
            arguments: [region, principal, name])
    }
}
