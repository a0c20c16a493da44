internal import GRDB
package import Model

/// How asynchronous invocations of a function, or of one of its qualifiers, are retried.
package struct StoredEventInvokeConfig: Equatable, Sendable {
    package let region: String
    package let name: String
    /// `$LATEST` where the caller named none.
    package let qualifier: String
    package var maximumRetries: Int?
    /// Seconds.
    package var maximumAge: Int?
    package var modifiedAt: Timestamp

    package init(
        region: String, name: String, qualifier: String, maximumRetries: Int?, maximumAge: Int?, modifiedAt: Timestamp
    ) {
        self.region = region
        self.name = name
        self.qualifier = qualifier
        self.maximumRetries = maximumRetries
        self.maximumAge = maximumAge
        self.modifiedAt = modifiedAt
    }

    init(row: Row) {
        self.init(
            region: row["region"], name: row["name"], qualifier: row["qualifier"],
            maximumRetries: row["maximum_retries"],
            maximumAge: row["maximum_age"], modifiedAt: Timestamp(milliseconds: row["modified_at"]))
    }
}

extension StoreSnapshot {
    package func eventInvokeConfig(region: String, name: String, qualifier: String) throws -> StoredEventInvokeConfig? {
        try Row.first(
            self.database,
            sql: "SELECT * FROM lambda_event_invoke_configs WHERE region = ? AND name = ? AND qualifier = ?",
            arguments: [region, name, qualifier]
        ).map(StoredEventInvokeConfig.init(row:))
    }
}

extension StoreTransaction {
    package func save(_ config: StoredEventInvokeConfig) throws {
        try self.database.run(
            sql: """
                INSERT INTO lambda_event_invoke_configs (region, name, qualifier, maximum_retries, maximum_age, modified_at)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (region, name, qualifier) DO UPDATE SET maximum_retries = excluded.maximum_retries,
                    maximum_age = excluded.maximum_age, modified_at = excluded.modified_at
                """,
            arguments: [
                config.region, config.name, config.qualifier, config.maximumRetries, config.maximumAge,
                config.modifiedAt.milliseconds,
            ])
        self.changed(.functions)
    }

    package func deleteEventInvokeConfig(region: String, name: String, qualifier: String) throws {
        try self.database.run(
            sql: "DELETE FROM lambda_event_invoke_configs WHERE region = ? AND name = ? AND qualifier = ?",
            arguments: [region, name, qualifier])
        self.changed(.functions)
    }
}
