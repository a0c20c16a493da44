internal import CLinux
internal import Glibc
package import Logging
internal import Model
package import ProxyFeed
internal import Synchronization
internal import TrafficRouting

/// The body of `teal proxy`.
package enum ProxyProcess {
    /// How long a proxy that finds saved state waits for its control plane's sockets before it binds its own.
    private static let patienceForControlPlane: UInt32 = 2

    /// Serves until SIGTERM, SIGINT or a shutdown from the control plane, then drains. Answers the exit code.
    package static func run(_ configuration: ProxyConfiguration, logger: Logger) -> Int32 {
        Self.raiseDescriptorLimit()
        do {
            let termination = try Doorbell()
            teal_ring_on_termination(termination.descriptor.number)
            let proxy = try ProxyThreads(configuration, logger)
            try proxy.start()
            try NativeThread.start("signals") {
                termination.wait()
                proxy.shutDown(grace: configuration.grace)
            }
            proxy.waitUntilDrained()
            proxy.removeSocket()
            return 0
        } catch {
            logger.critical("the proxy cannot start", metadata: ["error": "\(error)"])
            return 1
        }
    }

    /// Every request takes two descriptors, and the usual soft limit is 1024.
    private static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// Waits for the control plane; binds the addresses of the saved state itself where none comes.
    fileprivate static func adoptListeners(
        _ addresses: [ListenAddress], _ server: FeedServer, _ publication: Publication, workers: Int, _ logger: Logger
    ) {
        sleep(Self.patienceForControlPlane)
        guard !server.hasBeenConnected else { return }
        for address in addresses {
            do throws(ListenError) {
                let sockets = try ListenerSockets.bind(address, count: workers)
                publication.update { if $0.listening[address] == nil { $0.listening[address] = sockets.descriptors } }
            } catch {
                logger.error("cannot listen again", metadata: ["error": "\(error)"])
            }
        }
    }
}

/// The threads of a proxy and what they share. Tests run it inside their own process.
package final class ProxyThreads: Sendable {
    private let configuration: ProxyConfiguration
    private let logger: Logger
    private let publication: Publication
    private let board: ReportBoard
    private let server: FeedServer
    private let seal: StickyCookieSeal
    private let listener: FeedListener
    private let savedListening: [ListenAddress]
    private let running: Mutex<Int>
    private let finished: Doorbell

    package init(_ configuration: ProxyConfiguration, _ logger: Logger) throws(SystemCallError) {
        let file = ProxyStateFile(directory: configuration.stateDirectory)
        let saved = file.load(logger)
        self.configuration = configuration
        self.logger = logger
        self.savedListening = saved?.listening ?? []
        self.publication = Publication(saved?.snapshot ?? .empty, health: saved?.healthByTarget ?? [:])
        self.seal = try StickyCookieSeal(directory: configuration.stateDirectory)
        self.board = try ReportBoard(workers: configuration.workers)
        self.server = FeedServer(self.publication, self.board, workers: configuration.workers, file, logger)
        self.listener = try FeedListener(path: configuration.socketPath)
        self.running = Mutex(configuration.workers)
        self.finished = try Doorbell()
    }

    package func start() throws(SystemCallError) {
        for index in 0..<self.configuration.workers {
            try NativeThread.start("worker-\(index)") {
                self.work(index)
            }
        }
        try NativeThread.start("prober") { [publication, server, logger] in
            do throws(SystemCallError) {
                try Prober(publication) {
                    server.reportHealth()
                    server.save()
                }.run()
            } catch {
                logger.critical("cannot probe", metadata: ["error": "\(error)"])
                exit(1)
            }
        }
        try NativeThread.start("feed-accept") { [server, listener] in server.serve(listener) }
        try NativeThread.start("feed-report") { [server] in server.report() }
        guard !self.savedListening.isEmpty else { return }
        let (addresses, workers) = (self.savedListening, self.configuration.workers)
        try NativeThread.start("adopt") { [server, publication, logger] in
            ProxyProcess.adoptListeners(addresses, server, publication, workers: workers, logger)
        }
    }

    private func work(_ index: Int) {
        do throws(SystemCallError) {
            try Worker(
                index: index, of: self.configuration.workers, self.publication, self.board, self.seal, self.logger
            ).run()
        } catch {
            self.logger.critical("a worker cannot start", metadata: ["error": "\(error)"])
            exit(1)
        }
        let left = self.running.withLock { running in
            running -= 1
            return running
        }
        if left == 0 { self.finished.ring() }
    }

    /// No new connection; what is in flight may finish within `grace`.
    package func shutDown(grace: Duration) {
        self.publication.update { if $0.exitAt == nil { $0.exitAt = Clocks.wall() + grace } }
    }

    package func waitUntilDrained() {
        self.finished.wait()
    }

    package func removeSocket() { self.listener.removeFile() }
}
