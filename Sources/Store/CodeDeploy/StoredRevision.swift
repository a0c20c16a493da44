internal import GRDB
package import Model

/// An application revision: an AppSpec text, known by its digest.
package struct StoredRevision: Equatable, Sendable {
    package let applicationID: String
    /// Hexadecimal digest of the content.
    package let sha256: String
    /// The AWS shape `RevisionLocation`.
    package let body: String
    package var description: String?
    package var registeredAt: Timestamp
    package var firstUsedAt: Timestamp?
    package var lastUsedAt: Timestamp?

    package init(
        applicationID: String, sha256: String, body: String, description: String? = nil, registeredAt: Timestamp,
        firstUsedAt: Timestamp? = nil, lastUsedAt: Timestamp? = nil
    ) {
        self.applicationID = applicationID
        self.sha256 = sha256
        self.body = body
        self.description = description
        self.registeredAt = registeredAt
        self.firstUsedAt = firstUsedAt
        self.lastUsedAt = lastUsedAt
    }

    init(row: Row) {
        self.init(
            applicationID: row["application_id"], sha256: row["sha256"], body: row["body"],
            description: row["description"],
            registeredAt: Timestamp(milliseconds: row["registered_at"]),
            firstUsedAt: (row["first_used_at"] as Int64?).map(Timestamp.init(milliseconds:)),
            lastUsedAt: (row["last_used_at"] as Int64?).map(Timestamp.init(milliseconds:)))
    }
}

extension StoreSnapshot {
    package func codeDeployRevision(applicationID: String, sha256: String) throws -> StoredRevision? {
        try Row.first(
            self.database, sql: "SELECT * FROM codedeploy_revisions WHERE application_id = ? AND sha256 = ?",
            arguments: [applicationID, sha256]
        ).map(StoredRevision.init(row:))
    }

    /// In order of registration.
    package func codeDeployRevisions(applicationID: String) throws -> [StoredRevision] {
        try Row.all(
            self.database, sql: "SELECT * FROM codedeploy_revisions WHERE application_id = ? ORDER BY sequence",
            arguments: [applicationID]
        ).map(StoredRevision.init(row:))
    }
}

extension StoreTransaction {
    /// Inserts it, or replaces the one of the same digest.
    package func save(_ revision: StoredRevision) throws {
        try self.database.run(
            sql: """
                INSERT INTO codedeploy_revisions
                    (application_id, sha256, body, description, registered_at, first_used_at, last_used_at)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (application_id, sha256) DO UPDATE SET
                    description = excluded.description, first_used_at = excluded.first_used_at,
                    last_used_at = excluded.last_used_at
                """,
            arguments: [
                revision.applicationID, revision.sha256, revision.body, revision.description,
                revision.registeredAt.milliseconds, revision.firstUsedAt?.milliseconds,
                revision.lastUsedAt?.milliseconds,
            ])
    }
}
