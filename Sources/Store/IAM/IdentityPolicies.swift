internal import GRDB

extension StoreSnapshot {
    /// Document of an inline policy.
    package func inlinePolicy(_ name: String, of owner: StoredIdentity) throws -> String? {
        try String.first(
            self.database,
            sql: "SELECT document FROM iam_inline_policies WHERE account = ? AND kind = ? AND owner = ? AND name = ?",
            arguments: [owner.account, owner.kind.rawValue, owner.name, name])
    }

    /// Sorted.
    package func inlinePolicyNames(of owner: StoredIdentity) throws -> [String] {
        try String.all(
            self.database,
            sql: "SELECT name FROM iam_inline_policies WHERE account = ? AND kind = ? AND owner = ? ORDER BY name",
            arguments: [owner.account, owner.kind.rawValue, owner.name])
    }

    /// ARNs, sorted.
    package func attachedPolicies(of owner: StoredIdentity) throws -> [String] {
        try String.all(
            self.database,
            sql:
                "SELECT policy_arn FROM iam_attached_policies WHERE account = ? AND kind = ? AND owner = ? ORDER BY policy_arn",
            arguments: [owner.account, owner.kind.rawValue, owner.name])
    }

    /// Names of the identities that a policy is attached to, sorted.
    package func owners(_ kind: StoredIdentity.Kind, ofPolicy arn: String, account: String) throws -> [String] {
        try String.all(
            self.database,
            sql:
                "SELECT owner FROM iam_attached_policies WHERE account = ? AND kind = ? AND policy_arn = ? ORDER BY owner",
            arguments: [account, kind.rawValue, arn])
    }
}

extension StoreTransaction {
    package func putInlinePolicy(_ name: String, _ document: String, of owner: StoredIdentity) throws {
        try self.database.run(
            sql: """
                INSERT INTO iam_inline_policies (account, kind, owner, name, document) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET document = excluded.document
                """,
            arguments: [owner.account, owner.kind.rawValue, owner.name, name, document])
    }

    package func deleteInlinePolicy(_ name: String, of owner: StoredIdentity) throws {
        try self.database.run(
            sql: "DELETE FROM iam_inline_policies WHERE account = ? AND kind = ? AND owner = ? AND name = ?",
            arguments: [owner.account, owner.kind.rawValue, owner.name, name])
    }

    /// Attaching twice is attaching once.
    package func attachPolicy(_ arn: String, to owner: StoredIdentity) throws {
        try self.database.run(
            sql: "INSERT OR IGNORE INTO iam_attached_policies (account, kind, owner, policy_arn) VALUES (?, ?, ?, ?)",
            arguments: [owner.account, owner.kind.rawValue, owner.name, arn])
    }

    package func detachPolicy(_ arn: String, from owner: StoredIdentity) throws {
        try self.database.run(
            sql: "DELETE FROM iam_attached_policies WHERE account = ? AND kind = ? AND owner = ? AND policy_arn = ?",
            arguments: [owner.account, owner.kind.rawValue, owner.name, arn])
    }
}
