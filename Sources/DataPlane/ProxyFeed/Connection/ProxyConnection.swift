internal import Synchronization
package import TrafficRouting

/// What a running proxy reports, in order.
package enum ProxyEvent: Equatable, Sendable {
    case acknowledged(Generation)
    /// `complete`: of all targets, otherwise only of those that changed. The first is complete.
    case health([TargetHealthReport], complete: Bool)
    case counters(ProxyCounters)
    case drained(DrainReport)
}

/// The control plane's connection to a proxy process. `events` ends when the proxy is gone; connect again then.
///
/// Order of a change: `listen` before the snapshot that needs the socket, `unlisten` after the snapshot that no longer
/// does.
package final class ProxyConnection: Sendable {
    package let hello: ProxyHello
    /// The sockets that the proxy already holds: a restarted control plane keeps these instead of binding again.
    package let listeners: [ListenerSockets]
    package let events: AsyncStream<ProxyEvent>

    private let socket: FeedSocket
    private let outgoing: AsyncStream<Outgoing>.Continuation
    private let waiters: Mutex<GenerationWaiters>

    private struct Outgoing: Sendable {
        let message: ControlMessage
        var descriptors: [OwnedDescriptor] = []
    }

    /// Blocks (shortly) on a thread of its own until the proxy has said hello. Throws where nothing listens at `path`,
    /// or where it speaks another version.
    package static func connect(path: String) async throws -> ProxyConnection {
        try await withCheckedThrowingContinuation { continuation in
            do {
                try NativeThread.start("feed-connect") {
                    continuation.resume(with: Result { try ProxyConnection(UnixSocket.connect(path)) })
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    private init(_ socket: FeedSocket) throws {
        guard case (.hello(let hello), _) = try socket.receive(ProxyMessage.self) else {
            throw FeedSocket.Failure.malformed("no hello")
        }
        var listeners: [ListenerSockets] = []
        for _ in hello.listening {
            guard case (.listening(let address), let descriptors) = try socket.receive(ProxyMessage.self) else {
                throw FeedSocket.Failure.malformed("no listening sockets")
            }
            listeners.append(ListenerSockets(address: address, descriptors: descriptors))
        }
        self.hello = hello
        self.listeners = listeners
        self.socket = socket
        self.waiters = Mutex(GenerationWaiters(served: hello.generation))
        let (events, eventsContinuation) = AsyncStream.makeStream(of: ProxyEvent.self)
        let (outgoing, outgoingContinuation) = AsyncStream.makeStream(of: Outgoing.self)
        self.events = events
        self.outgoing = outgoingContinuation
        try NativeThread.start("feed-read") { [weak self] in
            Self.read(socket) { event in
                if case .acknowledged(let generation) = event { self?.acknowledged(generation) }
                eventsContinuation.yield(event)
            }
            eventsContinuation.finish()
            outgoingContinuation.finish()
            self?.closed()
        }
        Task {
            for await next in outgoing {
                // A proxy that is gone is noticed by the reading thread, which ends `events`.
                guard (try? socket.send(next.message, descriptors: next.descriptors)) != nil else { return }
            }
        }
    }

    deinit {
        self.outgoing.finish()
        self.socket.shutDown()
    }

    private static func read(_ socket: FeedSocket, _ report: (ProxyEvent) -> Void) {
        // Any failure means the same: this connection is over.
        while let (message, _) = try? socket.receive(ProxyMessage.self) {
            switch message {
            case .acknowledged(let generation): report(.acknowledged(generation))
            case .health(let reports, let complete): report(.health(reports, complete: complete))
            case .counters(let counters): report(.counters(counters))
            case .drained(let drain): report(.drained(drain))
            case .hello, .listening: return
            }
        }
    }

    /// Sends in the background, in the order of the calls.
    package func send(_ snapshot: RoutingSnapshot) { self.outgoing.yield(Outgoing(message: .snapshot(snapshot))) }

    package func listen(_ sockets: ListenerSockets) {
        self.outgoing.yield(Outgoing(message: .listen(sockets.address), descriptors: sockets.descriptors))
    }

    package func unlisten(_ address: ListenAddress) { self.outgoing.yield(Outgoing(message: .unlisten(address))) }

    /// Asks the proxy to finish what is in flight and to exit.
    package func shutDownProxy(grace: Duration) { self.outgoing.yield(Outgoing(message: .shutdown(grace: grace))) }

    package func close() { self.socket.shutDown() }

    /// Whether every worker serves `generation` (or a later one) before `deadline` has passed. Answers `false` at once
    /// where the proxy is gone.
    package func waitUntilServed(_ generation: Generation, within deadline: Duration) async -> Bool {
        let id = self.waiters.withLock { $0.makeID() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                switch self.waiters.withLock({ $0.register(generation, continuation, id: id) }) {
                case .answered(let answer): continuation.resume(returning: answer)
                case .waiting:
                    // Started only now: a deadline that passes before the registration would be lost.
                    Task {
                        // Never cancelled; where the answer came first, giving up changes nothing.
                        try? await Task.sleep(for: deadline)
                        self.giveUp(id)
                    }
                    if Task.isCancelled { self.giveUp(id) }
                }
            }
        } onCancel: {
            self.giveUp(id)
        }
    }

    private func giveUp(_ id: Int) {
        self.waiters.withLock { $0.gaveUp(id) }?.resume(returning: false)
    }

    private func acknowledged(_ generation: Generation) {
        for waiter in self.waiters.withLock({ $0.acknowledged(generation) }) { waiter.resume(returning: true) }
    }

    private func closed() {
        for waiter in self.waiters.withLock({ $0.closed() }) { waiter.resume(returning: false) }
    }
}
