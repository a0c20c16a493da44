/// How a proxy process runs.
package struct ProxyConfiguration: Sendable {
    /// Where control planes connect.
    package var socketPath: String
    /// Holds the last snapshot and health, used at start until a control plane comes.
    package var stateDirectory: String
    /// One thread each.
    package var workers: Int
    /// How long a SIGTERM lets requests finish.
    package var grace: Duration

    package init(socketPath: String, stateDirectory: String, workers: Int, grace: Duration = .seconds(30)) {
        self.socketPath = socketPath
        self.stateDirectory = stateDirectory
        self.workers = workers
        self.grace = grace
    }
}
