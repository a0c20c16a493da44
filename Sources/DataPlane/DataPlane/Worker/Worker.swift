internal import CLinux
internal import Glibc
internal import Logging
internal import Model
internal import ProxyFeed
internal import TrafficRouting

/// One thread of the data plane: its own `epoll`, listening sockets, connections, upstream pools, buffers and counters.
/// Never leaves its thread; everything that it shares goes through `Publication` and `ReportBoard`.
final class Worker {
    /// What a slot of the tag table holds.
    enum Slot {
        case free
        case bell
        case listener(Acceptor)
        case client(ClientConnection)
        case upstream(UpstreamConnection)
    }

    /// A listening socket and the port that it is bound to.
    final class Acceptor {
        let descriptor: OwnedDescriptor
        let port: UInt16
        var slot = -1

        init(_ descriptor: OwnedDescriptor, port: UInt16) {
            self.descriptor = descriptor
            self.port = port
        }
    }

    let index: Int
    let logger: Logger
    private let publication: Publication
    private let board: ReportBoard
    private let bell: Doorbell
    private let epoll: OwnedDescriptor

    private var slots: [Slot] = []
    private var sequences: [UInt32] = []
    private var freeSlots: [Int] = []
    private var acceptors: [ListenAddress: Acceptor] = [:]
    private var seenVersion: UInt64 = 0
    private var exitAt: Timestamp?
    private var nextSweep: Int64 = 0
    private var nextReport: Int64 = 0

    var routes: RouteTable
    var pool = BufferPool()
    var requestHead = RequestHead()
    var responseHead = ResponseHead()
    var random: XorShift
    let seal: StickyCookieSeal
    var clientCount = 0
    /// Monotonic milliseconds, once per batch of events.
    var now: Int64 = 0
    var wallNow = Timestamp.epoch
    var date: [UInt8] = []

    init(
        index: Int, of workers: Int, _ publication: Publication, _ board: ReportBoard, _ seal: StickyCookieSeal,
        _ logger: Logger
    ) throws(SystemCallError) {
        self.index = index
        self.seal = seal
        self.logger = logger
        self.publication = publication
        self.board = board
        self.bell = try Doorbell()
        self.routes = RouteTable(worker: index, of: workers)
        let number = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard number >= 0 else { throw SystemCallError("epoll_create1") }
        self.epoll = OwnedDescriptor(number)
        self.random = XorShift(seed: UInt64(truncatingIfNeeded: Clocks.monotonic()) &+ UInt64(index))
        self.wallNow = Clocks.wall()
        publication.follow(self.bell)
        _ = self.register(.bell, self.bell.descriptor.number, EPOLLIN.rawValue)
    }

    var isExiting: Bool { self.exitAt != nil }

    /// Serves until a shutdown has drained everything, or its time is up.
    func run() {
        let capacity = 512
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: capacity)
        defer { events.deallocate() }
        while !self.isFinished {
            self.followPublication()
            let count = epoll_wait(self.epoll.number, events, Int32(capacity), 100)
            self.tick()
            for index in 0..<max(0, Int(count)) { self.dispatch(events[index].events, teal_epoll_tag(events + index)) }
        }
        self.report()
    }

    private var isFinished: Bool {
        guard let exitAt else { return false }
        return self.clientCount == 0 || self.wallNow >= exitAt
    }

    private func tick() {
        let nanoseconds = Clocks.monotonic()
        self.now = nanoseconds / 1_000_000
        if self.now >= self.nextSweep {
            self.nextSweep = self.now + 100
            let wall = Clocks.wall()
            if wall.milliseconds / 1000 != self.wallNow.milliseconds / 1000 || self.date.isEmpty {
                self.date = MadeAnswer.date(epochSeconds: wall.milliseconds / 1000)
            }
            self.wallNow = wall
            self.sweep()
            self.routes.forgetDrained(at: self.now)
            let isDraining = !self.routes.draining.isEmpty
            if self.now >= self.nextReport || isDraining {
                self.nextReport = self.now + 1000
                self.report()
            }
        }
    }

    private func dispatch(_ events: UInt32, _ tag: UInt64) {
        let slot = Int(tag & 0xFFFF_FFFF)
        // A connection that was closed earlier in this batch may have left an event behind.
        guard self.sequences[slot] == UInt32(truncatingIfNeeded: tag >> 32) else { return }
        switch self.slots[slot] {
        case .free: break
        case .bell: self.bell.silence()
        case .listener(let acceptor): self.accept(acceptor)
        case .client(let client):
            client.socket.note(events)
            self.advance(client)
        case .upstream(let upstream):
            upstream.socket.note(events)
            self.upstreamEvent(upstream, events)
        }
    }

    // MARK: Slots

    private func register(_ slot: Slot, _ number: Int32, _ events: UInt32) -> Int? {
        let index = self.occupy(slot)
        guard self.control(EPOLL_CTL_ADD, slot: index, number, events) else {
            self.release(slot: index)
            return nil
        }
        return index
    }

    private func occupy(_ slot: Slot) -> Int {
        let index: Int
        if let free = self.freeSlots.popLast() {
            index = free
        } else {
            index = self.slots.count
            self.slots.append(.free)
            self.sequences.append(0)
        }
        self.slots[index] = slot
        return index
    }

    private func control(_ operation: Int32, slot: Int, _ number: Int32, _ events: UInt32) -> Bool {
        let tag = UInt64(self.sequences[slot]) << 32 | UInt64(slot)
        return teal_epoll_control(self.epoll.number, operation, number, events, tag) == 0
    }

    private func release(slot: Int) {
        self.slots[slot] = .free
        self.sequences[slot] &+= 1
        self.freeSlots.append(slot)
    }

    func open(_ upstream: UpstreamConnection) -> Bool {
        let watch: StreamSocket.Watch = upstream.isConnecting ? .readingAndWriting : .reading
        guard let slot = self.register(.upstream(upstream), upstream.socket.number, watch.events) else { return false }
        upstream.socket.watch = watch
        upstream.slot = slot
        return true
    }

    /// Asks `epoll` for more; what is ready by then is told at once. Answers `false` where that failed.
    private func widen(_ socket: inout StreamSocket, slot: Int, to watch: StreamSocket.Watch) -> Bool {
        let operation = socket.watch == .nothing ? EPOLL_CTL_ADD : EPOLL_CTL_MOD
        socket.watch = watch
        return self.control(operation, slot: slot, socket.number, watch.events)
    }

    /// Ends a turn of the connection: asks for whatever it waits for now and is not told yet. With `patiently`, a client
    /// whose request is complete is left alone: its answer mostly comes before anything else does.
    func settle(_ client: ClientConnection, patiently: Bool = true) {
        guard client.slot >= 0 else { return }
        if let upstream = client.exchange.upstream, !upstream.socket.canWrite,
            upstream.socket.watch != .readingAndWriting,
            !self.widen(&upstream.socket, slot: upstream.slot, to: .readingAndWriting)
        {
            self.close(client)
            return
        }
        var wanted = client.socket.watch
        if !client.socket.canWrite {
            wanted = .readingAndWriting
        } else if client.socket.watch == .nothing, !(patiently && client.awaitsOnlyItsAnswer) {
            wanted = .reading
        }
        if wanted != client.socket.watch, !self.widen(&client.socket, slot: client.slot, to: wanted) {
            self.close(client)
        }
    }

    func close(_ upstream: UpstreamConnection) {
        guard upstream.slot >= 0 else { return }
        self.release(slot: upstream.slot)
        upstream.slot = -1
        self.putBack(&upstream.input)
        upstream.client = nil
        Glibc.close(upstream.socket.number)
    }

    func close(_ client: ClientConnection) {
        guard client.slot >= 0 else { return }
        self.detach(client, reuse: false)
        client.phase = .closed
        self.release(slot: client.slot)
        client.slot = -1
        self.putBack(&client.input)
        self.putBack(&client.output)
        Glibc.close(client.socket.number)
        self.clientCount -= 1
        client.loadBalancer?.counters.activeConnections -= 1
    }

    func putBack(_ buffer: inout Buffer?) {
        if let given = buffer { self.pool.put(given) }
        buffer = nil
    }

    var clients: [ClientConnection] {
        self.slots.compactMap { slot in if case .client(let client) = slot { client } else { nil } }
    }

    // MARK: Accepting

    private func accept(_ acceptor: Acceptor) {
        // Bounded, so that a flood of connections does not starve those that are open.
        for _ in 0..<64 {
            guard let (number, peer) = SocketAddress.accept(on: acceptor.descriptor.number) else { return }
            guard let (address, port) = peer else {
                Glibc.close(number)
                continue
            }
            let client = ClientConnection(
                number, port: acceptor.port, peer: address, peerPort: port, now: self.now, deadline: self.now + 60_000)
            client.slot = self.occupy(.client(client))
            self.clientCount += 1
            if let loadBalancer = self.routes.listener(port: acceptor.port, host: .empty)?.loadBalancer {
                client.loadBalancer = loadBalancer
                client.deadline = self.now + loadBalancer.idleMilliseconds
                loadBalancer.counters.connections += 1
                loadBalancer.counters.activeConnections += 1
            }
            self.advance(client)
        }
    }

    // MARK: Following

    private func followPublication() {
        let version = self.publication.version
        guard version != self.seenVersion else { return }
        self.seenVersion = version
        let content = self.publication.read()
        for target in self.routes.update(content.snapshot, content.health, at: self.wallNow) {
            for connection in target.idle { self.close(connection) }
            target.idle = []
        }
        self.follow(content.exitAt == nil ? content.listening : [:])
        if content.exitAt != nil, self.exitAt == nil {
            self.exitAt = content.exitAt
            for client in self.clients { self.bidFarewell(client) }
        }
        self.report()
    }

    /// How long a connection that was accepted just before the end may take to send its request.
    private static let farewellMilliseconds: Int64 = 1000

    /// Closes a connection between two requests, after a last look for one that has just come.
    private func bidFarewell(_ client: ClientConnection) {
        guard case .idle = client.phase, client.input == nil else { return }
        client.deadline = min(client.deadline, self.now + Self.farewellMilliseconds)
        client.socket.canRead = true
        self.advance(client)
    }

    private func follow(_ listening: [ListenAddress: [OwnedDescriptor]]) {
        for (address, acceptor) in self.acceptors where listening[address] == nil {
            teal_epoll_control(self.epoll.number, EPOLL_CTL_DEL, acceptor.descriptor.number, 0, 0)
            self.release(slot: acceptor.slot)
            self.acceptors[address] = nil
        }
        for (address, descriptors) in listening where self.acceptors[address] == nil && !descriptors.isEmpty {
            let acceptor = Acceptor(descriptors[self.index % descriptors.count], port: address.port)
            guard let slot = self.register(.listener(acceptor), acceptor.descriptor.number, EPOLLIN.rawValue) else {
                self.logger.error("cannot watch a listening socket", metadata: ["address": "\(address)"])
                continue
            }
            // Connections inherit it.
            StreamSocket.setNoDelay(acceptor.descriptor.number)
            acceptor.slot = slot
            self.acceptors[address] = acceptor
        }
    }

    private func report() {
        var report = WorkerReport()
        report.served = self.routes.generation
        report.clients = self.clientCount
        for group in self.routes.groups.values {
            report.targetGroups[group.id] = group.report
        }
        report.loadBalancers = self.routes.loadBalancers.mapValues(\.counters)
        report.draining = self.routes.draining.map {
            WorkerReport.Draining(key: $0.key, isDrained: $0.drain.isDrained, tally: $0.drain.tally)
        }
        self.board.post(report, worker: self.index)
    }
}
