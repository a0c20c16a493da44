internal import GRDB

extension DatabasePool {
    /// Closes with everything in the one file, so that a copy of it is a backup.
    func closeWhole() throws {
        // On a full disk the rest stays in the write-ahead log, where the next start finds it.
        _ = try? self.writeWithoutTransaction { try $0.checkpoint(.truncate) }
        try self.close()
    }
}
