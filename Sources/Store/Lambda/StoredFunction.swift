internal import GRDB

/// What all versions of a function share.
package struct StoredFunction: Equatable, Sendable {
    package let region: String
    package let name: String
    /// How many invocations may run at a time; `nil` for no limit of its own.
    package var reservedConcurrency: Int?
    /// The number of the latest published version; 0 before the first. Numbers are never given twice.
    package var lastVersion: Int
    /// JSON object of strings.
    package var tags: String

    package init(region: String, name: String, reservedConcurrency: Int? = nil, lastVersion: Int = 0, tags: String) {
        self.region = region
        self.name = name
        self.reservedConcurrency = reservedConcurrency
        self.lastVersion = lastVersion
        self.tags = tags
    }

    init(row: Row) {
        self.init(
            region: row["region"], name: row["name"], reservedConcurrency: row["reserved_concurrency"],
            lastVersion: row["last_version"], tags: row["tags"])
    }
}

/// One version of a function: `$LATEST`, or a published one, which never changes.
package struct StoredFunctionVersion: Equatable, Sendable {
    package let region: String
    package let name: String
    /// `$LATEST` or a number.
    package let version: String
    /// Hexadecimal SHA-256 of the zip archive.
    package var codeSHA: String
    /// `Lambda.FunctionConfiguration` as `StoredShape`.
    package var body: String

    package init(region: String, name: String, version: String, codeSHA: String, body: String) {
        self.region = region
        self.name = name
        self.version = version
        self.codeSHA = codeSHA
        self.body = body
    }

    init(row: Row) {
        self.init(
            region: row["region"], name: row["name"], version: row["version"], codeSHA: row["code_sha"],
            body: row["body"])
    }
}

extension StoreSnapshot {
    package func function(region: String, name: String) throws -> StoredFunction? {
        try Row.first(
            self.database, sql: "SELECT * FROM lambda_functions WHERE region = ? AND name = ?",
            arguments: [region, name]
        ).map(StoredFunction.init(row:))
    }

    package func functionVersion(region: String, name: String, version: String) throws -> StoredFunctionVersion? {
        try Row.first(
            self.database, sql: "SELECT * FROM lambda_versions WHERE region = ? AND name = ? AND version = ?",
            arguments: [region, name, version]
        ).map(StoredFunctionVersion.init(row:))
    }

    /// `$LATEST` first, then by number.
    package func functionVersions(region: String, name: String) throws -> [StoredFunctionVersion] {
        try Row.all(
            self.database,
            sql: "SELECT * FROM lambda_versions WHERE region = ? AND name = ? ORDER BY CAST(version AS INTEGER)",
            arguments: [region, name]
        ).map(StoredFunctionVersion.init(row:))
    }

    /// The code that any version of any function refers to, in all regions.
    package func functionCodeSHAs() throws -> Set<String> {
        Set(try Row.all(self.database, sql: "SELECT DISTINCT code_sha FROM lambda_versions").map { $0["code_sha"] })
    }

    /// The `$LATEST` version of every function, by name.
    package func latestFunctionVersions(region: String) throws -> [StoredFunctionVersion] {
        try Row.all(
            self.database, sql: "SELECT * FROM lambda_versions WHERE region = ? AND version = '$LATEST' ORDER BY name",
            arguments: [region]
        ).map(StoredFunctionVersion.init(row:))
    }
}

extension StoreTransaction {
    package func insert(_ function: StoredFunction) throws {
        try self.database.run(
            sql:
                "INSERT INTO lambda_functions (region, name, reserved_concurrency, last_version, tags) VALUES (?, ?, ?, ?, ?)",
            arguments: [
                function.region, function.name, function.reservedConcurrency, function.lastVersion, function.tags,
            ])
        self.changed(.functions)
    }

    package func update(_ function: StoredFunction) throws {
        try self.database.run(
            sql: """
                UPDATE lambda_functions SET reserved_concurrency = ?, last_version = ?, tags = ? WHERE region = ? AND name = ?
                """,
            arguments: [
                function.reservedConcurrency, function.lastVersion, function.tags, function.region, function.name,
            ])
        self.changed(.functions)
    }

    /// With its versions, aliases, permissions and settings. Invocations that wait stay, and find it gone.
    package func deleteFunction(region: String, name: String) throws {
        // Aliases hold on to their versions.
        try self.database.run(
            sql: "DELETE FROM lambda_aliases WHERE region = ? AND name = ?", arguments: [region, name])
        try self.database.run(
            sql: "DELETE FROM lambda_functions WHERE region = ? AND name = ?", arguments: [region, name])
        self.changed(.functions)
    }

    package func save(_ version: StoredFunctionVersion) throws {
        try self.database.run(
            sql: """
                INSERT INTO lambda_versions (region, name, version, code_sha, body) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (region, name, version) DO UPDATE SET code_sha = excluded.code_sha, body = excluded.body
                """,
            arguments: [version.region, version.name, version.version, version.codeSHA, version.body])
        self.changed(.functions)
    }

    package func deleteFunctionVersion(region: String, name: String, version: String) throws {
        try self.database.run(
            sql: "DELETE FROM lambda_versions WHERE region = ? AND name = ? AND version = ?",
            arguments: [region, name, version])
        self.changed(.functions)
    }
}
