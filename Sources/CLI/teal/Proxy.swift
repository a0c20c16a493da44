internal import ArgumentParser
internal import DataPlane
internal import Logging
internal import ServerFiles

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// `teal proxy`: the data plane. Started by `teal serve`, which it outlives.
struct Proxy: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Carry the traffic of a data directory's load balancers.",
        discussion: """
            Started and supervised by `teal serve`; goes on serving the last configuration without it. SIGTERM finishes what is \
            in flight and exits.
            """)

    @OptionGroup var data: DataDirectoryOptions

    @Option(help: "Worker threads; 0 is one a core.")
    var workers = 0

    @Option(help: "Seconds that SIGTERM lets requests finish.")
    var grace = 30

    func validate() throws {
        guard (0...256).contains(self.workers) else {
            throw ValidationError("--workers takes 0 to 256, not \(self.workers)")
        }
        guard self.grace >= 0 else { throw ValidationError("--grace takes 0 or more, not \(self.grace)") }
    }

    func run() throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        let directory = self.data.directory
        try directory.create()
        let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        let configuration = ProxyConfiguration(
            socketPath: directory.proxySocket, stateDirectory: directory.proxyState,
            workers: self.workers == 0 ? cores : self.workers, grace: .seconds(self.grace))
        let code = ProxyProcess.run(configuration, logger: Logger(label: "teal.proxy"))
        guard code == 0 else { throw ExitCode(code) }
    }
}
