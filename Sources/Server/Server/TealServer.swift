internal import AsyncHTTPClient
internal import DockerRuntime
internal import ELBv2Service
internal import IAMService
package import Logging
internal import Model
internal import NIOSSL
internal import ReceiptService
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
        var configuration = self.configuration
        let directory = configuration.dataDirectory
        try directory.create()
        let lock = try DataDirectoryLock(directory)
        configuration.listeners = try configuration.listeners.map { try $0.probed() }
        let tls = try configuration.tls?.load()
        let credentials = try CredentialsFile.loadOrCreate(in: directory)
        let files = try StoreFiles(directory, logger: self.logger)
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: DockerEngineRuntime.httpConfiguration)
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await self.serve(configuration, tls, credentials, files, http))
        } catch {
            outcome = .failure(error)
        }
        // A client that is not shut down traps, which would hide why the server could not start.
        try await http.shutdown()
        try files.close()
        lock.release()
        try outcome.get()
    }

    private func serve(
        _ original: ServerConfiguration, _ tls: TLSConfiguration?, _ credentials: CredentialsFile, _ files: StoreFiles,
        _ http: HTTPClient
    ) async throws {
        var configuration = original
        let directory = configuration.dataDirectory
        let clock = SystemWallClock()
        let selection = try await RuntimeSelection.choose(
            configuration.runtime, directory, executable: configuration.executable, http: http, logger: self.logger)
        let endpoints = try Endpoints.resolve(
            listeners: &configuration.listeners, scheme: configuration.tls == nil ? "http" : "https",
            hostAddress: selection.hostAddress)
        if let note = endpoints.note { self.logger.warning("\(note)") }
        let plane = try ControlPlane(
            configuration, secret: credentials.secretAccessKey, store: files.main, logStore: files.logs,
            metricStore: files.metrics, runtime: selection.runtime, endpoints: endpoints, clock: clock,
            logger: self.logger)
        await plane.loadBalancing.publisher.openListeners()
        let meter = RequestMeter()
        let health = HealthPage(
            version: self.version, startedAt: clock.now(), scope: configuration.scope, endpoints: endpoints,
            runtime: selection.name, store: files.main, publisher: plane.loadBalancing.publisher)
        let frontDoor = FrontDoor(
            dispatcher: self.dispatcher(plane.registry, credentials, files.main, meter, clock),
            ownPages: OwnPages(
                health: health,
                metrics: MetricsPage(meter: meter, traffic: plane.loadBalancing.counters, store: files.main),
                tasks: plane.taskPages, code: plane.codePage, receipts: ReceiptPage(plane.receipts),
                waits: WaitPage(plane.receipts))
        )
        let services = plane.services + self.listeners(frontDoor, configuration, tls, endpoints) + plane.functions
        var lifetime = ServiceGroupConfiguration(
            services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint],
            logger: self.logger)
        // For a client that never finishes its request, or never reads its answer.
        lifetime.maximumGracefulShutdownDuration = .seconds(5)
        let group = ServiceGroup(configuration: lifetime)
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await group.run())
        } catch {
            outcome = .failure(error)
        }
        try ServerConnection.withdraw(in: directory)
        if configuration.isEphemeral {
            try await Teardown(directory: directory, executable: configuration.executable, logger: self.logger)
                .perform()
        }
        do {
            try outcome.get()
        } catch {
            let addresses = configuration.listeners.map { "\($0)" }.joined(separator: ", ")
            throw ServerFailure("the server on \(addresses) has failed: \(error)")
        }
    }

    private func dispatcher(
        _ registry: OperationRegistry, _ credentials: CredentialsFile, _ store: Store, _ meter: RequestMeter,
        _ clock: any WallClock
    ) -> Dispatcher {
        let scope = self.configuration.scope
        let known = CredentialDirectory(
            bootstrapKeyID: credentials.accessKeyID, bootstrapSecret: credentials.secretAccessKey,
            account: scope.account, store: store)
        let authentication: Dispatcher.Authentication =
            switch self.configuration.authentication {
            case .on: .required
            case .off: .off(as: .root(account: scope.account))
            }
        return Dispatcher(
            registry: registry, account: scope.account, defaultRegion: scope.region, authentication: authentication,
            credential: { try await known.credential(for: $0) }, clock: clock, logger: self.logger,
            observe: { meter.record($0) })
    }

    private func listeners(
        _ frontDoor: FrontDoor, _ configuration: ServerConfiguration, _ tls: TLSConfiguration?, _ endpoints: Endpoints
    ) -> [any Service] {
        let logger = self.logger
        let ready = ListenersReady(count: configuration.listeners.count) {
            Self.announce(endpoints.local, configuration, logger)
        }
        return configuration.listeners.map {
            APIListener(address: $0, tls: tls, frontDoor: frontDoor, ready: ready, logger: logger)
        }
    }

    /// Tells the data directory and standard output where the API is. The line is what scripts wait for.
    private static func announce(_ endpoint: String, _ configuration: ServerConfiguration, _ logger: Logger) {
        do {
            try ServerConnection.announce(
                endpoint: endpoint, region: configuration.scope.region, in: configuration.dataDirectory)
        } catch {
            logger.error("cannot write the endpoint file", metadata: ["error": "\(error)"])
        }
        // Unbuffered, so that a script behind a pipe sees the line at once.
        let line = Array("teal: ready \(endpoint)\n".utf8)
        _ = write(STDOUT_FILENO, line, line.count)
    }
}
