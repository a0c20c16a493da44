internal import ArgumentParser
internal import DataPlane
internal import Logging

/// `teal proxy`: the data plane. Started and supervised by `teal serve`.
struct Proxy: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the load balancer's data plane.", shouldDisplay: false)

    @Option(help: "Unix socket on which the control plane is awaited.")
    var socket: String

    @Option(name: .customLong("state"), help: "Folder for the last routing snapshot and health.")
    var stateDirectory: String

    @Option(help: "Worker threads.")
    var workers = 1

    func validate() throws {
        guard (1...256).contains(self.workers) else {
            throw ValidationError("--workers takes 1 to 256, not \(self.workers)")
        }
    }

    func run() throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        let configuration = ProxyConfiguration(
            socketPath: self.socket, stateDirectory: self.stateDirectory, workers: self.workers)
        throw ExitCode(ProxyProcess.run(configuration, logger: Logger(label: "teal.proxy")))
    }
}
