internal import GRDB

/// One step of the schema. Append-only: a released step never changes, and its name is what the file remembers.
struct Migration {
    let name: String
    let apply: @Sendable (Database) throws -> Void

    init(_ name: String, _ apply: @escaping @Sendable (Database) throws -> Void) {
        self.name = name
        self.apply = apply
    }

    /// In the order in which they run. Each service's steps stand in its own folder.
    static let all: [Migration] =
        Self.iam + Self.elbv2 + Self.ecs + Self.logs + Self.lambda + Self.codeDeploy + Self.cloudWatch
        + Self.s3 + Self.receipts

    /// Applies what the file has not seen yet, each step in a transaction of its own.
    /// - Throws: `StoreFailure` where the file knows steps that this version does not.
    static func bringUpToDate(_ pool: DatabasePool, through migrations: [Migration]) throws {
        var migrator = DatabaseMigrator()
        for migration in migrations {
            migrator.registerMigration(migration.name) { try migration.apply($0) }
        }
        let unknown = try pool.read { try migrator.appliedIdentifiers($0) }.subtracting(migrator.migrations)
        guard unknown.isEmpty else {
            throw StoreFailure(
                path: pool.path,
                reason: "it was written by a newer version of teal (\(unknown.sorted().joined(separator: ", "))); "
                    + "start that version, or pass another --data-dir")
        }
        try migrator.migrate(pool)
    }
}
