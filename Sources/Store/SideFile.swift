internal import GRDB

/// A SQLite file beside the main one, for what is written often and may lose its last moments in a power cut
/// (`synchronous=NORMAL`), so that writing it never holds up a deployment.
enum SideFile {
    /// Opens or creates the file and brings its schema up to date.
    /// - Throws: `StoreFailure` naming the file and the reason.
    static func open(path: String, migrations: [Migration]) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.maximumReaderCount = 4
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = NORMAL")
            try database.execute(sql: "PRAGMA journal_size_limit = 67108864")
        }
        do {
            let pool = try DatabasePool(path: path, configuration: configuration)
            try Migration.bringUpToDate(pool, through: migrations)
            return pool
        } catch let error as DatabaseError {
            throw StoreFailure(path: path, error)
        }
    }
}
