internal import GRDB
package import Model

/// A customer's managed policy.
package struct StoredPolicy: Equatable, Sendable {
    package let arn: String
    package let account: String
    package let name: String
    package let path: String
    /// `ANPA…`.
    package let id: String
    package let description: String?
    package let created: Timestamp
    package var updated: Timestamp
    package var tags: [ResourceTag]
    package var defaultVersion: Int
    /// Version numbers are never used twice.
    package var nextVersion: Int

    package init(
        arn: String, account: String, name: String, path: String, id: String, description: String?, created: Timestamp,
        updated: Timestamp, tags: [ResourceTag], defaultVersion: Int, nextVersion: Int
    ) {
        self.arn = arn
        self.account = account
        self.name = name
        self.path = path
        self.id = id
        self.description = description
        self.created = created
        self.updated = updated
        self.tags = tags
        self.defaultVersion = defaultVersion
        self.nextVersion = nextVersion
    }

    fileprivate init(_ row: Row) throws {
        self.init(
            arn: row["arn"], account: row["account"], name: row["name"], path: row["path"], id: row["id"],
            description: row["description"],
            created: Timestamp(milliseconds: row["created"]), updated: Timestamp(milliseconds: row["updated"]),
            tags: try MapColumn.tags(row["tags"]), defaultVersion: row["default_version"],
            nextVersion: row["next_version"])
    }
}

/// One version of a managed policy's document.
package struct StoredPolicyVersion: Equatable, Sendable {
    package let number: Int
    /// JSON.
    package let document: String
    package let created: Timestamp

    package init(number: Int, document: String, created: Timestamp) {
        self.number = number
        self.document = document
        self.created = created
    }
}

extension StoreSnapshot {
    package func policy(arn: String) throws -> StoredPolicy? {
        try Row.first(self.database, sql: "SELECT * FROM iam_policies WHERE arn = ?", arguments: [arn]).map(
            StoredPolicy.init)
    }

    package func policy(named name: String, account: String) throws -> StoredPolicy? {
        try Row.first(
            self.database, sql: "SELECT * FROM iam_policies WHERE account = ? AND name = ?", arguments: [account, name]
        ).map(StoredPolicy.init)
    }

    /// Sorted by name.
    package func policies(account: String) throws -> [StoredPolicy] {
        try Row.all(
            self.database, sql: "SELECT * FROM iam_policies WHERE account = ? ORDER BY name", arguments: [account]
        )
        .map(StoredPolicy.init)
    }

    /// Newest first.
    package func policyVersions(of arn: String) throws -> [StoredPolicyVersion] {
        try Row.all(
            self.database, sql: "SELECT * FROM iam_policy_versions WHERE policy_arn = ? ORDER BY number DESC",
            arguments: [arn]
        ).map { row in
            StoredPolicyVersion(
                number: row["number"], document: row["document"], created: Timestamp(milliseconds: row["created"]))
        }
    }
}

extension StoreTransaction {
    package func insertPolicy(_ policy: StoredPolicy) throws {
        try self.database.run(
            sql: """
                INSERT INTO iam_policies (arn, account, name, path, id, description, created, updated, tags, default_version, next_version)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                policy.arn, policy.account, policy.name, policy.path, policy.id, policy.description,
                policy.created.milliseconds,
                policy.updated.milliseconds, MapColumn.text(policy.tags), policy.defaultVersion, policy.nextVersion,
            ])
    }

    package func updatePolicy(_ policy: StoredPolicy) throws {
        try self.database.run(
            sql: "UPDATE iam_policies SET updated = ?, tags = ?, default_version = ?, next_version = ? WHERE arn = ?",
            arguments: [
                policy.updated.milliseconds, MapColumn.text(policy.tags), policy.defaultVersion, policy.nextVersion,
                policy.arn,
            ])
    }

    /// Its versions go with it.
    package func deletePolicy(arn: String) throws {
        try self.database.run(sql: "DELETE FROM iam_policies WHERE arn = ?", arguments: [arn])
    }

    package func insertPolicyVersion(_ version: StoredPolicyVersion, of arn: String) throws {
        try self.database.run(
            sql: "INSERT INTO iam_policy_versions (policy_arn, number, document, created) VALUES (?, ?, ?, ?)",
            arguments: [arn, version.number, version.document, version.created.milliseconds])
    }

    package func deletePolicyVersion(_ number: Int, of arn: String) throws {
        try self.database.run(
            sql: "DELETE FROM iam_policy_versions WHERE policy_arn = ? AND number = ?", arguments: [arn, number])
    }
}
