internal import GRDB

/// The SQLite file of metrics (`metrics.db`).
package final class MetricStore: Sendable {
    private let pool: DatabasePool

    /// Opens or creates the file and brings its schema up to date.
    /// - Throws: `StoreFailure` naming the file and the reason.
    package init(path: String) throws {
        self.pool = try SideFile.open(path: path, migrations: Migration.metricStore)
    }

    /// Runs one transaction.
    package func write<Result: Sendable>(
        _ body: @escaping @Sendable (MetricTransaction) throws -> Result
    ) async throws -> Result {
        try await self.pool.write { try body(MetricTransaction($0)) }
    }

    /// Reads one consistent snapshot.
    package func read<Result: Sendable>(_ body: @escaping @Sendable (MetricSnapshot) throws -> Result) async throws
        -> Result
    {
        try await self.pool.read { try body(MetricSnapshot($0)) }
    }

    package func close() throws { try self.pool.closeWhole() }
}

/// What one consistent read of the metrics may do.
package class MetricSnapshot {
    let database: Database

    init(_ database: Database) { self.database = database }
}

/// What one write transaction on the metrics may do; it reads, too.
package final class MetricTransaction: MetricSnapshot {}
