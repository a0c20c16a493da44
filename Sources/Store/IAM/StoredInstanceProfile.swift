internal import GRDB
package import Model

/// An instance profile: a name under which an instance finds one role.
package struct StoredInstanceProfile: Equatable, Sendable {
    package let account: String
    package let name: String
    package let path: String
    /// `AIPA…`.
    package let id: String
    package let arn: String
    package let created: Timestamp
    package var tags: [ResourceTag]
    package var role: String?

    package init(
        account: String, name: String, path: String, id: String, arn: String, created: Timestamp, tags: [ResourceTag],
        role: String? = nil
    ) {
        self.account = account
        self.name = name
        self.path = path
        self.id = id
        self.arn = arn
        self.created = created
        self.tags = tags
        self.role = role
    }

    fileprivate init(_ row: Row) throws {
        self.init(
            account: row["account"], name: row["name"], path: row["path"], id: row["id"], arn: row["arn"],
            created: Timestamp(milliseconds: row["created"]), tags: try MapColumn.tags(row["tags"]), role: row["role"])
    }
}

extension StoreSnapshot {
    package func instanceProfile(_ name: String, account: String) throws -> StoredInstanceProfile? {
        try Row.first(
            self.database, sql: "SELECT * FROM iam_instance_profiles WHERE account = ? AND name = ?",
            arguments: [account, name]
        ).map(StoredInstanceProfile.init)
    }

    /// Sorted by name.
    package func instanceProfiles(account: String) throws -> [StoredInstanceProfile] {
        try Row.all(
            self.database, sql: "SELECT * FROM iam_instance_profiles WHERE account = ? ORDER BY name",
            arguments: [account]
        ).map(StoredInstanceProfile.init)
    }
}

extension StoreTransaction {
    package func insertInstanceProfile(_ profile: StoredInstanceProfile) throws {
        try self.database.run(
            sql: """
                INSERT INTO iam_instance_profiles (account, name, path, id, arn, created, tags, role) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                profile.account, profile.name, profile.path, profile.id, profile.arn, profile.created.milliseconds,
                MapColumn.text(profile.tags), profile.role,
            ])
    }

    package func updateInstanceProfile(_ profile: StoredInstanceProfile) throws {
        try self.database.run(
            sql: "UPDATE iam_instance_profiles SET tags = ?, role = ? WHERE id = ?",
            arguments: [MapColumn.text(profile.tags), profile.role, profile.id])
    }

    package func deleteInstanceProfile(id: String) throws {
        try self.database.run(sql: "DELETE FROM iam_instance_profiles WHERE id = ?", arguments: [id])
    }
}
