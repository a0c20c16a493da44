internal import Logging
internal import ServerFiles
internal import Store

/// The databases of a data directory.
struct StoreFiles: Sendable {
    let main: Store
    let logs: LogStore
    let metrics: MetricStore

    /// All of them, before anything is started that would have to be ended again.
    /// - Throws: `ServerFailure` naming the file and the reason.
    init(_ directory: DataDirectory, logger: Logger) throws {
        do {
            self.main = try Store(path: directory.database, logger: logger)
            self.logs = try LogStore(path: directory.logDatabase)
            self.metrics = try MetricStore(path: directory.metricDatabase)
        } catch let failure as StoreFailure {
            throw ServerFailure(failure.description)
        }
    }

    func close() throws {
        try self.main.close()
        try self.logs.close()
        try self.metrics.close()
    }
}
