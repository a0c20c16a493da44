internal import GRDB
package import Model

package struct StoredLogGroup: Equatable, Sendable {
    /// Given by the store.
    package let id: Int64
    package let region: String
    package let name: String
    package let createdAt: Timestamp
    /// `nil` keeps events for ever.
    package let retentionDays: Int?
    package let logGroupClass: String
    package let isDeletionProtected: Bool
    /// UTF-8 bytes of messages plus 26 each, as PutLogEvents counts them.
    package let storedBytes: Int
    /// JSON object of strings.
    package let tags: String

    init(row: Row) {
        self.id = row["id"]
        self.region = row["region"]
        self.name = row["name"]
        self.createdAt = Timestamp(milliseconds: row["created_at"])
        self.retentionDays = row["retention_days"]
        self.logGroupClass = row["class"]
        self.isDeletionProtected = row["deletion_protected"]
        self.storedBytes = row["stored_bytes"]
        self.tags = row["tags"]
    }
}

extension LogSnapshot {
    package func logGroup(region: String, name: String) throws -> StoredLogGroup? {
        try Row.fetchOne(
            self.database, sql: "SELECT * FROM log_groups WHERE region = ? AND name = ?", arguments: [region, name]
        ).map(StoredLogGroup.init(row:))
    }

    /// By name, in ASCII order.
    package func logGroups(region: String) throws -> [StoredLogGroup] {
        try Row.fetchAll(
            self.database, sql: "SELECT * FROM log_groups WHERE region = ? ORDER BY name", arguments: [region]
        ).map(StoredLogGroup.init(row:))
    }

    /// Of every region, those whose events expire.
    package func expiringLogGroups() throws -> [StoredLogGroup] {
        try Row.fetchAll(self.database, sql: "SELECT * FROM log_groups WHERE retention_days IS NOT NULL")
            .map(StoredLogGroup.init(row:))
    }
}

extension LogTransaction {
    package func insertLogGroup(
        region: String, name: String, createdAt: Timestamp, logGroupClass: String, isDeletionProtected: Bool,
        tags: String
    ) throws {
        try self.database.execute(
            sql:
                "INSERT INTO log_groups (region, name, created_at, class, deletion_protected, tags) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [region, name, createdAt.milliseconds, logGroupClass, isDeletionProtected, tags])
    }

    /// With its streams and events.
    package func deleteLogGroup(id: Int64) throws {
        try self.database.execute(sql: "DELETE FROM log_groups WHERE id = ?", arguments: [id])
    }

    package func setRetention(days: Int?, ofLogGroup id: Int64) throws {
        try self.database.execute(sql: "UPDATE log_groups SET retention_days = ? WHERE id = ?", arguments: [days, id])
    }

    package func setTags(_ tags: String, ofLogGroup id: Int64) throws {
        try self.database.execute(sql: "UPDATE log_groups SET tags = ? WHERE id = ?", arguments: [tags, id])
    }
}
