internal import Logging
internal import ProxyFeed
internal import ServiceLifecycle
internal import Store
internal import TrafficRouting
internal import WireProtocol

/// How far a routing change has come when a call answers.
struct PublishOutcome: Equatable, Sendable {
    let generation: Int
    /// Whether every worker of the proxy serves it.
    let served: Bool
}

/// Where the proxy stands, for health pages.
package struct ProxyState: Equatable, Sendable {
    package let isConnected: Bool
    /// Of the newest routing that was sent to it.
    package let sentGeneration: Int
}

/// Brings the store's routing to the proxy: compiles a snapshot whenever the generation has grown, binds the ports that it
/// needs, sends it, and tells who waits when it is served. Changes that come while one is compiled are sent together.
package actor RoutingPublisher: Service {
    private let store: Store
    private let ports: ListenerPorts
    private let logger: Logger
    private var compiler: SnapshotCompiler
    private var snapshot: RoutingSnapshot?
    private var connection: ProxyConnection?
    private var sentGeneration = Generation.none
    private var announced: Set<ListenAddress> = []
    /// A refresh that could not do all: ports that cannot be bound, a store that cannot be read.
    private let shortcomings = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    init(store: Store, ports: ListenerPorts, logger: Logger) {
        self.store = store
        self.ports = ports
        self.logger = logger
        self.compiler = SnapshotCompiler(portOffset: ports.binding.portOffset)
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.retry() }
                for await _ in self.store.changes.watch([.routing]) { await self.refresh() }
                group.cancelAll()
            }
        }
    }

    /// Binds the ports of the stored listeners that no running proxy holds, so that from now on connections wait for the proxy
    /// instead of being refused. The server calls it before it says that it is ready.
    package func openListeners() async { await self.refresh() }

    /// Answers when the proxy serves `generation`, after a second, or at once while there is no proxy. Adds the reply
    /// headers that controllers wait for.
    nonisolated func publish(_ generation: Int, _ context: RequestContext) async {
        let outcome = await self.publish(generation)
        context.replyHeaders.add("x-teal-routing-generation", String(outcome.generation))
        context.replyHeaders.add("x-teal-routing-served", outcome.served ? "true" : "false")
    }

    func publish(_ generation: Int) async -> PublishOutcome {
        await self.refresh()
        guard let connection = self.connection else { return PublishOutcome(generation: generation, served: false) }
        let served = await connection.waitUntilServed(Generation(UInt64(generation)), within: .seconds(1))
        return PublishOutcome(generation: generation, served: served)
    }

    /// A proxy has said hello. What it serves may be older than the store, or, where an older store was restored, newer.
    func attach(_ connection: ProxyConnection) async throws {
        self.ports.adopt(connection.listeners)
        let running = connection.hello.generation
        let stored = try await self.store.read { try $0.routingGeneration() }
        if let number = Int(exactly: running.number), number > stored {
            try await self.store.write { try $0.raiseRoutingGeneration(above: number) }
        }
        self.connection = connection
        self.announced = Set(connection.hello.listening)
        self.sentGeneration = running
        await self.refresh()
    }

    func detach() { self.connection = nil }

    /// The newest snapshot; `nil` until the store has been read.
    var current: RoutingSnapshot? { self.snapshot }

    package var state: ProxyState {
        ProxyState(isConnected: self.connection != nil, sentGeneration: Int(exactly: self.sentGeneration.number) ?? 0)
    }

    /// Compiles and sends what is new. Safe to call at any time, by anybody.
    func refresh() async {
        do {
            if let current = self.snapshot {
                let generation = try await self.store.read { try $0.routingGeneration() }
                guard current.generation < Generation(UInt64(generation)) else {
                    self.send(current)
                    return
                }
            }
            let records = try await self.store.read { try RoutingRecords($0) }
            // Another refresh may have compiled a later one while this one read.
            if let newer = self.snapshot, newer.generation >= Generation(UInt64(records.generation)) {
                self.send(newer)
                return
            }
            let compiled = try self.compiler.compile(records)
            self.snapshot = compiled
            self.send(compiled)
        } catch {
            self.logger.error("routing could not be compiled", metadata: ["error": "\(String(reflecting: error))"])
            self.shortcomings.continuation.yield()
        }
    }

    /// Sockets after the snapshot that needs them: connections wait in their queues meanwhile, while a worker that accepts
    /// one for a listener it does not know yet can only close it. Closing follows the snapshot that no longer needs them.
    private func send(_ snapshot: RoutingSnapshot) {
        let ports = Set(snapshot.loadBalancers.flatMap(\.listeners).map { Int($0.port) })
        self.ports.require(ports)
        if self.ports.hasFailures { self.shortcomings.continuation.yield() }
        if let connection = self.connection {
            if self.sentGeneration < snapshot.generation {
                connection.send(snapshot)
                self.sentGeneration = snapshot.generation
            }
            for sockets in self.ports.held where self.announced.insert(sockets.address).inserted {
                connection.listen(sockets)
            }
        }
        for address in self.ports.release(keeping: ports) where self.announced.remove(address) != nil {
            self.connection?.unlisten(address)
        }
    }

    /// Tries again five seconds after a refresh that fell short.
    private func retry() async {
        for await _ in self.shortcomings.stream {
            // Ends early only when it is cancelled, as the stream does then.
            try? await Task.sleep(for: .seconds(5))
            if Task.isCancelled { return }
            await self.refresh()
        }
    }
}
