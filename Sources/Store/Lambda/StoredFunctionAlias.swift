internal import GRDB

/// A name for one version of a function.
package struct StoredFunctionAlias: Equatable, Sendable {
    package let region: String
    package let name: String
    package let alias: String
    package var version: String
    package var description: String
    package var revisionID: String

    package init(region: String, name: String, alias: String, version: String, description: String, revisionID: String)
    {
        self.region = region
        self.name = name
        self.alias = alias
        self.version = version
        self.description = description
        self.revisionID = revisionID
    }

    init(row: Row) {
        self.init(
            region: row["region"], name: row["name"], alias: row["alias"], version: row["version"],
            description: row["description"], revisionID: row["revision_id"])
    }
}

extension StoreSnapshot {
    package func functionAlias(region: String, name: String, alias: String) throws -> StoredFunctionAlias? {
        try Row.first(
            self.database, sql: "SELECT * FROM lambda_aliases WHERE region = ? AND name = ? AND alias = ?",
            arguments: [region, name, alias]
        ).map(StoredFunctionAlias.init(row:))
    }

    /// By alias name.
    package func functionAliases(region: String, name: String) throws -> [StoredFunctionAlias] {
        try Row.all(
            self.database, sql: "SELECT * FROM lambda_aliases WHERE region = ? AND name = ? ORDER BY alias",
            arguments: [region, name]
        ).map(StoredFunctionAlias.init(row:))
    }
}

extension StoreTransaction {
    package func save(_ alias: StoredFunctionAlias) throws {
        try self.database.run(
            sql: """
                INSERT INTO lambda_aliases (region, name, alias, version, description, revision_id) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (region, name, alias) DO UPDATE
                SET version = excluded.version, description = excluded.description, revision_id = excluded.revision_id
                """,
            arguments: [alias.region, alias.name, alias.alias, alias.version, alias.description, alias.revisionID])
        self.changed(.functions)
    }

    package func deleteFunctionAlias(region: String, name: String, alias: String) throws {
        try self.database.run(
            sql: "DELETE FROM lambda_aliases WHERE region = ? AND name = ? AND alias = ?",
            arguments: [region, name, alias])
        self.changed(.functions)
    }
}
