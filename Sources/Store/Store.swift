internal import FoundationEssentials
internal import GRDB
package import Logging

/// The one SQLite file of a data directory (`teal.db`): WAL, `synchronous=FULL`, so that what a call has answered is on
/// disk. Owns the writer, the migrations and the change feed; nobody outside sees SQL.
///
/// One `write` is one transaction. Tables are reached through `StoreTransaction` and `StoreSnapshot`, whose methods stand
/// in one folder a service; each method keeps one invariant.
package final class Store: Sendable {
    private let pool: DatabasePool
    package let changes: ChangeFeed

    /// Opens or creates the file and brings its schema up to date.
    /// - Throws: `StoreFailure` naming the file and the reason (newer schema, corruption, no space).
    package init(path: String, logger: Logger) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        // Readers hold up the threads that they run on: as many as there are threads, event loops and others.
        configuration.maximumReaderCount = max(4, 2 * ProcessInfo.processInfo.activeProcessorCount)
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try database.execute(sql: "PRAGMA journal_size_limit = 67108864")
        }
        do {
            try Self.check(path)
            self.pool = try DatabasePool(path: path, configuration: configuration)
            try Migration.bringUpToDate(self.pool, through: Migration.all)
        } catch let error as DatabaseError {
            throw StoreFailure(path: path, error)
        }
        self.changes = ChangeFeed()
    }

    /// Damage is told at the start: a server that came upon it later would answer some calls and fail others. Looks through a
    /// connection that cannot write, for the first one that can writes into the file whatever it is like.
    private static func check(_ path: String) throws {
        var configuration = Configuration()
        configuration.readonly = true
        let finding: String?
        do {
            let file = try DatabaseQueue(path: path, configuration: configuration)
            finding = try file.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
            try file.close()
        } catch let error as DatabaseError where !StoreFailure.isDamage(error) {
            // There is no file yet, or it cannot be opened: that is for the opening itself to tell.
            return
        }
        guard finding == "ok" else {
            throw StoreFailure(path: path, reason: StoreFailure.damaged(finding ?? "unreadable"))
        }
    }

    /// Runs one transaction. Everything that `body` writes is on disk when this returns, and nothing of it when it throws.
    /// Topics that the transaction marked as changed are announced after the commit.
    package func write<Result: Sendable>(
        _ body: @escaping @Sendable (StoreTransaction) throws -> Result
    ) async throws -> Result {
        let (result, topics, subjects) = try await self.pool.write { database in
            let transaction = StoreTransaction(database)
            let result = try body(transaction)
            return (result, transaction.changedTopics, transaction.changedSubjects)
        }
        self.changes.announce(topics, subjects)
        return result
    }

    /// Reads one consistent snapshot, never waiting for a writer. Runs on the caller's thread: a read takes microseconds,
    /// less than the way to another thread and back.
    package func read<Result: Sendable>(
        _ body: @Sendable (StoreSnapshot) throws -> Result
    ) async throws -> Result {
        try Task.checkCancellation()
        return try self.pool.readInPlace { try body(StoreSnapshot($0)) }
    }

    package func close() throws { try self.pool.closeWhole() }
}

/// The store could not be opened.
package struct StoreFailure: Error, Equatable, Sendable, CustomStringConvertible {
    package let path: String
    package let reason: String

    package init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    init(path: String, _ error: DatabaseError) {
        let message = error.message ?? error.resultCode.description
        self.init(path: path, reason: Self.isDamage(error) ? Self.damaged(message) : message)
    }

    static func isDamage(_ error: DatabaseError) -> Bool {
        [ResultCode.SQLITE_NOTADB, .SQLITE_CORRUPT].contains(error.resultCode)
    }

    static func damaged(_ finding: String) -> String {
        finding + "; it was left as it is: put a copy back, or move it away with its -wal and -shm files to start empty"
    }

    package var description: String { "cannot open \(self.path): \(self.reason)" }
}
