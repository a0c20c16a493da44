internal import GRDB

/// The SQLite file of log events (`logs.db`).
package final class LogStore: Sendable {
    private let pool: DatabasePool

    /// Opens or creates the file and brings its schema up to date.
    /// - Throws: `StoreFailure` naming the file and the reason.
    package init(path: String) throws {
        self.pool = try SideFile.open(path: path, migrations: Migration.logStore)
    }

    /// Runs one transaction.
    package func write<Result: Sendable>(
        _ body: @escaping @Sendable (LogTransaction) throws -> Result
    ) async throws -> Result {
        try await self.pool.write { try body(LogTransaction($0)) }
    }

    /// Reads one consistent snapshot.
    package func read<Result: Sendable>(_ body: @escaping @Sendable (LogSnapshot) throws -> Result) async throws
        -> Result
    {
        try await self.pool.read { try body(LogSnapshot($0)) }
    }

    package func close() throws { try self.pool.closeWhole() }
}

/// What one consistent read of the logs may do.
package class LogSnapshot {
    let database: Database

    init(_ database: Database) { self.database = database }
}

/// What one write transaction on the logs may do; it reads, too.
package final class LogTransaction: LogSnapshot {}
