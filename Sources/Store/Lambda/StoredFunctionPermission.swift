internal import GRDB

/// One statement of a function's resource policy.
package struct StoredFunctionPermission: Equatable, Sendable {
    package let region: String
    package let name: String
    /// Empty where the statement stands on the function itself.
    package let qualifier: String
    package let statementID: String
    /// JSON text.
    package let statement: String

    package init(region: String, name: String, qualifier: String, statementID: String, statement: String) {
        self.region = region
        self.name = name
        self.qualifier = qualifier
        self.statementID = statementID
        self.statement = statement
    }

    init(row: Row) {
        self.init(
            region: row["region"], name: row["name"], qualifier: row["qualifier"], statementID: row["statement_id"],
            statement: row["statement"])
    }
}

extension StoreSnapshot {
    /// In the order in which they were added.
    package func functionPermissions(region: String, name: String, qualifier: String) throws
        -> [StoredFunctionPermission]
    {
        try Row.all(
            self.database,
            sql: "SELECT * FROM lambda_permissions WHERE region = ? AND name = ? AND qualifier = ? ORDER BY rowid",
            arguments: [region, name, qualifier]
        ).map(StoredFunctionPermission.init(row:))
    }
}

extension StoreTransaction {
    package func insert(_ permission: StoredFunctionPermission) throws {
        try self.database.run(
            sql:
                "INSERT INTO lambda_permissions (region, name, qualifier, statement_id, statement) VALUES (?, ?, ?, ?, ?)",
            arguments: [
                permission.region, permission.name, permission.qualifier, permission.statementID, permission.statement,
            ])
        self.changed(.functions)
    }

    package func deleteFunctionPermission(region: String, name: String, qualifier: String, statementID: String) throws {
        try self.database.run(
            sql: "DELETE FROM lambda_permissions WHERE region = ? AND name = ? AND qualifier = ? AND statement_id = ?",
            arguments: [region, name, qualifier, statementID])
        self.changed(.functions)
    }
}
