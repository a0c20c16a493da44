#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The folder that holds all state of one server, and the names inside it that outside tools rely on (docs/operations.md).
package struct DataDirectory: Sendable {
    package let path: String

    package init(path: String) { self.path = path }

    package var database: String { self.path + "/teal.db" }
    package var logDatabase: String { self.path + "/logs.db" }
    package var metricDatabase: String { self.path + "/metrics.db" }
    package var proxySocket: String { self.path + "/proxy.sock" }
    package var proxyState: String { self.path + "/proxy" }
    package var credentials: String { self.path + "/credentials" }
    /// The API's base URL, written when the server is ready and removed when it stops.
    package var endpoint: String { self.path + "/endpoint" }
    package var functions: String { self.path + "/functions" }
    /// The bytes of S3 objects.
    package var objects: String { self.path + "/objects" }
    package var tasks: String { self.path + "/tasks" }
    package var lock: String { self.path + "/lock" }

    /// Makes the folder and those inside it, readable by their owner alone.
    /// - Throws: `ServerFailure` naming the folder and the reason.
    package func create() throws(ServerFailure) {
        var parent = ""
        for part in self.path.split(separator: "/") {
            parent += (self.path.hasPrefix("/") || !parent.isEmpty ? "/" : "") + part
            try self.makeFolder(parent)
        }
        guard chmod(self.path, 0o700) == 0 else {
            throw ServerFailure("cannot restrict \(self.path) to its owner: \(String(cString: strerror(errno)))")
        }
        for folder in [self.functions, self.objects, self.tasks, self.proxyState] { try self.makeFolder(folder) }
    }

    private func makeFolder(_ path: String) throws(ServerFailure) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw ServerFailure("cannot create \(path): \(String(cString: strerror(errno)))")
        }
    }
}
