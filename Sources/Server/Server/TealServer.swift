internal import IAMService
package import Logging
internal import Model
internal import ServerFiles
internal import ServiceLifecycle
internal import Store
internal import UnixSignals
internal import WireProtocol

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The composition root: the one place that knows every type of the control plane.
package struct TealServer: Sendable {
    private let configuration: ServerConfiguration
    private let version: String
    private let logger: Logger

    package init(configuration: ServerConfiguration, version: String, logger: Logger) {
        self.configuration = configuration
        self.version = version
        self.logger = logger
    }

    /// Serves until SIGTERM or SIGINT, then stops in order.
    /// - Throws: `ServerFailure` where it cannot start.
    package func run() async throws {
        let directory = self.configuration.dataDirectory
        try directory.create()
        let lock = try DataDirectoryLock(directory)
        let credentials = try CredentialsFile.loadOrCreate(in: directory)
        let clock = SystemWallClock()
        let store: Store
        do {
            store = try Store(path: directory.database, logger: self.logger)
        } catch let failure as StoreFailure {
            throw ServerFailure(failure.description)
        }
        let frontDoor = FrontDoor(
            dispatcher: self.dispatcher(self.registry(store, clock), credentials, store, clock),
            ownPages: OwnPages(version: self.version, startedAt: clock.now()))
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: self.listeners(frontDoor).map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint],
                logger: self.logger))
        try await group.run()
        try ServerConnection.withdraw(in: directory)
        try store.close()
        lock.release()
    }

    private func registry(_ store: Store, _ clock: any WallClock) -> OperationRegistry {
        var registry = OperationRegistry()
        STSHandlers(store: store, clock: clock).register(in: &registry)
        return registry
    }

    private func dispatcher(
        _ registry: OperationRegistry, _ credentials: CredentialsFile, _ store: Store, _ clock: any WallClock
    ) -> Dispatcher {
        let scope = self.configuration.scope
        let known = CredentialDirectory(
            bootstrapKeyID: credentials.accessKeyID, bootstrapSecret: credentials.secretAccessKey, account: scope.account, store: store)
        let authentication: Dispatcher.Authentication =
            switch self.configuration.authentication {
            case .on: .required
            case .off: .off(as: .root(account: scope.account))
            }
        return Dispatcher(
            registry: registry, account: scope.account, defaultRegion: scope.region, authentication: authentication,
            credential: { try await known.credential(for: $0) }, clock: clock, logger: self.logger)
    }

    private func listeners(_ frontDoor: FrontDoor) -> [APIListener] {
        let configuration = self.configuration
        let logger = self.logger
        let ready = ListenersReady(count: configuration.listeners.count) { ports in
            Self.announce(ports, configuration, logger)
        }
        return configuration.listeners.map {
            APIListener(address: $0, tls: configuration.tls, frontDoor: frontDoor, ready: ready, logger: logger)
        }
    }

    /// Tells the data directory and standard output where the API is. The line is what scripts wait for.
    private static func announce(_ ports: [ListenAddress: Int], _ configuration: ServerConfiguration, _ logger: Logger) {
        guard var first = configuration.listeners.first else { return }
        first.port = ports[first] ?? first.port
        if first.host == "0.0.0.0" { first.host = "127.0.0.1" }
        if first.host == "::" { first.host = "::1" }
        let endpoint = "\(configuration.tls == nil ? "http" : "https")://\(first)"
        do {
            try ServerConnection.announce(endpoint: endpoint, region: configuration.scope.region, in: configuration.dataDirectory)
        } catch {
            logger.error("cannot write the endpoint file", metadata: ["error": "\(error)"])
        }
        // Unbuffered, so that a script behind a pipe sees the line at once.
        let line = Array("teal: ready \(endpoint)\n".utf8)
        _ = write(STDOUT_FILENO, line, line.count)
    }
}
