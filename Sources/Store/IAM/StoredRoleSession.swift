internal import GRDB
package import Model

/// The temporary credentials of one session: of an assumed role, or of a user's own key.
package struct StoredRoleSession: Equatable, Sendable {
    /// Begins with `ASIA`.
    package var accessKeyID: String
    package var secretAccessKey: String
    package var sessionToken: String
    /// JSON of the principal that the session acts as.
    package var principal: String
    package var expiration: Timestamp
    /// Session tags, for policies to look at.
    package var tags: [ResourceTag]
    package var sourceIdentity: String?

    package init(
        accessKeyID: String, secretAccessKey: String, sessionToken: String, principal: String, expiration: Timestamp,
        tags: [ResourceTag] = [], sourceIdentity: String? = nil
    ) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.principal = principal
        self.expiration = expiration
        self.tags = tags
        self.sourceIdentity = sourceIdentity
    }
}

extension StoreSnapshot {
    package func roleSession(accessKeyID: String) throws -> StoredRoleSession? {
        try Row.first(
            self.database, sql: "SELECT * FROM iam_role_sessions WHERE access_key_id = ?", arguments: [accessKeyID]
        )
        .map { row in
            try StoredRoleSession(
                accessKeyID: row["access_key_id"], secretAccessKey: row["secret_access_key"],
                sessionToken: row["session_token"],
                principal: row["principal"], expiration: Timestamp(milliseconds: row["expiration"]),
                tags: MapColumn.tags(row["tags"]), sourceIdentity: row["source_identity"])
        }
    }
}

extension StoreTransaction {
    /// Keeps a new session, and forgets those that ended more than a day ago: until then they answer as expired.
    package func insertRoleSession(_ session: StoredRoleSession, at now: Timestamp) throws {
        try self.database.run(
            sql: "DELETE FROM iam_role_sessions WHERE expiration < ?", arguments: [(now - .hours(24)).milliseconds])
        try self.database.run(
            sql: """
                INSERT INTO iam_role_sessions
                    (access_key_id, secret_access_key, session_token, principal, expiration, tags, source_identity)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                session.accessKeyID, session.secretAccessKey, session.sessionToken, session.principal,
                session.expiration.milliseconds,
                MapColumn.text(session.tags), session.sourceIdentity,
            ])
    }
}
