internal import GRDB
package import Model

/// A user's long-term key.
package struct StoredAccessKey: Equatable, Sendable {
    /// Begins with `AKIA`.
    package let accessKeyID: String
    package let account: String
    package let user: String
    package let secretAccessKey: String
    package var isActive: Bool
    package let created: Timestamp

    package init(
        accessKeyID: String, account: String, user: String, secretAccessKey: String, isActive: Bool, created: Timestamp
    ) {
        self.accessKeyID = accessKeyID
        self.account = account
        self.user = user
        self.secretAccessKey = secretAccessKey
        self.isActive = isActive
        self.created = created
    }

    fileprivate init(_ row: Row) {
        self.init(
            accessKeyID: row["access_key_id"], account: row["account"], user: row["user"],
            secretAccessKey: row["secret_access_key"],
            isActive: row["is_active"], created: Timestamp(milliseconds: row["created"]))
    }
}

extension StoreSnapshot {
    package func accessKey(_ id: String) throws -> StoredAccessKey? {
        try Row.first(self.database, sql: "SELECT * FROM iam_access_keys WHERE access_key_id = ?", arguments: [id])
            .map(StoredAccessKey.init)
    }

    /// Sorted by id.
    package func accessKeys(of user: StoredIdentity) throws -> [StoredAccessKey] {
        try Row.all(
            self.database, sql: "SELECT * FROM iam_access_keys WHERE account = ? AND user = ? ORDER BY access_key_id",
            arguments: [user.account, user.name]
        ).map(StoredAccessKey.init)
    }
}

extension StoreTransaction {
    package func insertAccessKey(_ key: StoredAccessKey) throws {
        try self.database.run(
            sql: """
                INSERT INTO iam_access_keys (access_key_id, account, user, secret_access_key, is_active, created) VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                key.accessKeyID, key.account, key.user, key.secretAccessKey, key.isActive, key.created.milliseconds,
            ])
    }

    package func setAccessKey(_ id: String, isActive: Bool) throws {
        try self.database.run(
            sql: "UPDATE iam_access_keys SET is_active = ? WHERE access_key_id = ?", arguments: [isActive, id])
    }

    package func deleteAccessKey(_ id: String) throws {
        try self.database.run(sql: "DELETE FROM iam_access_keys WHERE access_key_id = ?", arguments: [id])
    }
}
