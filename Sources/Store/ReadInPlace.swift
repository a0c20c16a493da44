internal import GRDB

extension DatabasePool {
    /// Runs one read transaction on the calling thread. GRDB's own would compile its statements for each one.
    func readInPlace<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try self.unsafeRead { database in
            try database.run(sql: "BEGIN DEFERRED TRANSACTION")
            defer { database.endRead() }
            return try body(database)
        }
    }
}

extension Database {
    fileprivate func endRead() {
        do {
            try self.run(sql: "COMMIT TRANSACTION")
        } catch {
            // There is nothing to lose; the next read must not begin inside of this one.
            try? self.rollback()
        }
    }
}
