internal import GRDB
package import Model

/// A role or a user.
package struct StoredIdentity: Equatable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case role
        case user
    }

    package let account: String
    package let kind: Kind
    package var name: String
    /// Begins and ends with a slash.
    package var path: String
    /// `AROA…` or `AIDA…`.
    package let id: String
    package var arn: String
    package let created: Timestamp
    package var tags: [ResourceTag]
    /// JSON; of roles only.
    package var trustPolicy: String?
    package var description: String?
    /// In seconds; of roles only.
    package var maxSessionDuration: Int?
    /// ARN of a managed policy.
    package var permissionsBoundary: String?

    package init(
        account: String, kind: Kind, name: String, path: String, id: String, arn: String, created: Timestamp,
        tags: [ResourceTag],
        trustPolicy: String? = nil, description: String? = nil, maxSessionDuration: Int? = nil,
        permissionsBoundary: String? = nil
    ) {
        self.account = account
        self.kind = kind
        self.name = name
        self.path = path
        self.id = id
        self.arn = arn
        self.created = created
        self.tags = tags
        self.trustPolicy = trustPolicy
        self.description = description
        self.maxSessionDuration = maxSessionDuration
        self.permissionsBoundary = permissionsBoundary
    }

    fileprivate init(_ row: Row) throws {
        let kind: String = row["kind"]
        self.init(
            account: row["account"], kind: kind == Kind.role.rawValue ? .role : .user, name: row["name"],
            path: row["path"], id: row["id"],
            arn: row["arn"], created: Timestamp(milliseconds: row["created"]), tags: try MapColumn.tags(row["tags"]),
            trustPolicy: row["trust_policy"], description: row["description"],
            maxSessionDuration: row["max_session_duration"],
            permissionsBoundary: row["permissions_boundary"])
    }
}

extension StoreSnapshot {
    package func identity(_ kind: StoredIdentity.Kind, _ name: String, account: String) throws -> StoredIdentity? {
        try Row.first(
            self.database, sql: "SELECT * FROM iam_identities WHERE account = ? AND kind = ? AND name = ?",
            arguments: [account, kind.rawValue, name]
        ).map(StoredIdentity.init)
    }

    package func identity(arn: String) throws -> StoredIdentity? {
        try Row.first(self.database, sql: "SELECT * FROM iam_identities WHERE arn = ?", arguments: [arn]).map(
            StoredIdentity.init)
    }

    /// Sorted by name.
    package func identities(_ kind: StoredIdentity.Kind, account: String) throws -> [StoredIdentity] {
        try Row.all(
            self.database, sql: "SELECT * FROM iam_identities WHERE account = ? AND kind = ? ORDER BY name",
            arguments: [account, kind.rawValue]
        ).map(StoredIdentity.init)
    }
}

extension StoreTransaction {
    package func insertIdentity(_ identity: StoredIdentity) throws {
        try self.database.run(
            sql: """
                INSERT INTO iam_identities (account, kind, name, path, id, arn, created, tags, trust_policy, description,
                    max_session_duration, permissions_boundary)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                identity.account, identity.kind.rawValue, identity.name, identity.path, identity.id, identity.arn,
                identity.created.milliseconds, MapColumn.text(identity.tags), identity.trustPolicy,
                identity.description,
                identity.maxSessionDuration, identity.permissionsBoundary,
            ])
    }

    /// Finds the identity by its id, so that its name may change; what it owns follows.
    package func updateIdentity(_ identity: StoredIdentity) throws {
        try self.database.run(
            sql: """
                UPDATE iam_identities SET name = ?, path = ?, arn = ?, tags = ?, trust_policy = ?, description = ?,
                    max_session_duration = ?, permissions_boundary = ?
                WHERE id = ?
                """,
            arguments: [
                identity.name, identity.path, identity.arn, MapColumn.text(identity.tags), identity.trustPolicy,
                identity.description,
                identity.maxSessionDuration, identity.permissionsBoundary, identity.id,
            ])
    }

    /// Fails while policies, keys or instance profiles refer to it.
    package func deleteIdentity(id: String) throws {
        try self.database.run(sql: "DELETE FROM iam_identities WHERE id = ?", arguments: [id])
    }

    package func insertRoleDeletion(taskID: String, account: String, at now: Timestamp) throws {
        try self.database.run(
            sql: "INSERT INTO iam_role_deletions (task_id, account, created) VALUES (?, ?, ?)",
            arguments: [taskID, account, now.milliseconds])
    }
}

extension StoreSnapshot {
    /// Deletions of service-linked roles end at once; the task's id is kept for those who ask.
    package func hasRoleDeletion(taskID: String, account: String) throws -> Bool {
        try Bool.first(
            self.database, sql: "SELECT EXISTS (SELECT 1 FROM iam_role_deletions WHERE task_id = ? AND account = ?)",
            arguments: [taskID, account]) ?? false
    }
}
