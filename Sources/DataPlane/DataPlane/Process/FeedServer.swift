internal import CLinux
internal import Glibc
internal import Logging
internal import Model
internal import ProxyFeed
internal import Synchronization
internal import TrafficRouting

/// The proxy's side of the feed: takes what a control plane says into `Publication`, and reports back. One control plane
/// at a time; a new one replaces the one before.
final class FeedServer: Sendable {
    private struct Session: Sendable {
        let socket: FeedSocket
        var acknowledged: Generation
        var health: [TargetKey: TargetVerdict] = [:]
        var hasHealth = false
        /// What it was told last.
        var counters: CounterTable?
    }

    private let publication: Publication
    private let board: ReportBoard
    private let workers: Int
    private let file: ProxyStateFile
    private let logger: Logger
    private let session: Mutex<Session?> = Mutex(nil)
    private let drained = Mutex(DrainLedger())
    private let saving = Mutex(())
    private let everConnected = Atomic<Bool>(false)

    init(_ publication: Publication, _ board: ReportBoard, workers: Int, _ file: ProxyStateFile, _ logger: Logger) {
        self.publication = publication
        self.board = board
        self.workers = workers
        self.file = file
        self.logger = logger
    }

    var hasBeenConnected: Bool { self.everConnected.load(ordering: .acquiring) }

    /// Serves control planes for ever, each until the next one comes.
    func serve(_ listener: FeedListener) {
        while true {
            do {
                let socket = try listener.accept()
                self.everConnected.store(true, ordering: .releasing)
                self.session.withLock { $0 }?.socket.shutDown()
                try NativeThread.start("feed-control") { self.serve(socket) }
            } catch {
                self.logger.error("cannot take a control plane", metadata: ["error": "\(error)"])
                sleep(1)
            }
        }
    }

    private func serve(_ socket: FeedSocket) {
        do {
            try self.greet(socket)
            self.reportHealth()
            while true {
                let (message, descriptors) = try socket.receive(ControlMessage.self)
                self.obey(message, descriptors)
            }
        } catch {
            self.logger.info("control plane is gone", metadata: ["error": "\(error)"])
        }
        // One that is still there, and speaks another version, learns it at once, also where a report to it is being sent.
        socket.shutDown()
        self.session.withLock { if $0?.socket === socket { $0 = nil } }
    }

    private func greet(_ socket: FeedSocket) throws(FeedSocket.Failure) {
        let listening = self.publication.read().listening
        let served = self.board.served
        try socket.send(
            ProxyMessage.hello(
                ProxyHello(
                    version: FeedProtocol.version, processID: getpid(), workers: self.workers, generation: served,
                    listening: Array(listening.keys))))
        for (address, descriptors) in listening {
            try socket.send(ProxyMessage.listening(address), descriptors: descriptors)
        }
        self.session.withLock { $0 = Session(socket: socket, acknowledged: served) }
        // What drained while nobody listened is told now.
        self.drained.withLock { $0.forgetReported() }
    }

    private func obey(_ message: ControlMessage, _ descriptors: [OwnedDescriptor]) {
        switch message {
        case .snapshot(let snapshot):
            // A control plane that starts over (new data directory) may count from the beginning again.
            self.session.withLock { if snapshot.generation < ($0?.acknowledged ?? .none) { $0?.acknowledged = .none } }
            self.publication.update { $0.snapshot = snapshot }
            self.save()
            self.acknowledge()
        case .listen(let address):
            self.publication.update { if $0.listening[address] == nil { $0.listening[address] = descriptors } }
            self.save()
        case .unlisten(let address):
            self.publication.update { $0.listening[address] = nil }
            self.save()
        case .shutdown(let grace):
            self.publication.update { if $0.exitAt == nil { $0.exitAt = Clocks.wall() + grace } }
        }
    }

    /// Keeps what a crash must not lose. Called by the feed and by the prober.
    func save() {
        // One at a time, each with what is newest then: both write the same temporary file.
        self.saving.withLock { _ in
            let content = self.publication.read()
            let (reports, addresses) = ProxyState.health(content.health)
            do {
                try self.file.save(
                    ProxyState(
                        snapshot: content.snapshot, listening: Array(content.listening.keys), health: reports,
                        addresses: addresses))
            } catch {
                self.logger.error("cannot save the routing state", metadata: ["error": "\(error)"])
            }
        }
    }

    // MARK: Reporting

    /// Reports, for ever: acknowledgements at once, drained targets soon, counters every second.
    func report() {
        var nextCounters = Clocks.monotonic()
        while true {
            var wait = pollfd(fd: self.board.bell.descriptor.number, events: Int16(POLLIN), revents: 0)
            poll(&wait, 1, 100)
            self.board.bell.silence()
            self.acknowledge()
            let reports = self.board.all
            self.reportDrained(reports)
            guard Clocks.monotonic() >= nextCounters else { continue }
            nextCounters = Clocks.monotonic() + 1_000_000_000
            self.reportCounters(CounterTable(reports))
        }
    }

    private func acknowledge() {
        let served = self.board.served
        let isNews = self.session.withLock { session in
            guard let last = session?.acknowledged, last < served else { return false }
            session?.acknowledged = served
            return true
        }
        guard isNews else { return }
        // What was carried until now was carried by the routing before.
        self.reportCounters(CounterTable(self.board.all))
        self.send(.acknowledged(served))
    }

    /// Sends what has changed since the control plane last heard; everything at first.
    func reportHealth() {
        let health = self.publication.read().health
        let news: (reports: [TargetHealthReport], complete: Bool)? = self.session.withLock { session in
            guard let known = session else { return nil }
            let changed = health.filter { known.health[$0.key] != $0.value }
            session?.health = health
            session?.hasHealth = true
            guard !changed.isEmpty || !known.hasHealth else { return nil }
            return (ProxyState.health(changed).0, !known.hasHealth)
        }
        if let news { self.send(.health(news.reports, complete: news.complete)) }
    }

    private func reportCounters(_ counters: CounterTable) {
        let news = self.session.withLock { session -> ProxyCounters? in
            guard let known = session else { return nil }
            session?.counters = counters
            return counters.report(since: known.counters, processID: getpid())
        }
        if let news { self.send(.counters(news)) }
    }

    private func reportDrained(_ reports: [WorkerReport]) {
        for report in self.drained.withLock({ $0.ended(in: reports) }) { self.send(.drained(report)) }
    }

    private func send(_ message: ProxyMessage) {
        guard let socket = self.session.withLock({ $0?.socket }) else { return }
        // A control plane that is gone is noticed by the thread that reads from it.
        try? socket.send(message)
    }
}
