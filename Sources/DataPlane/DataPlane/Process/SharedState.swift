internal import CLinux
internal import Glibc
internal import Model
internal import ProxyFeed
internal import Synchronization
internal import TrafficRouting

/// What all workers follow. Changed by the feed and the prober; every worker looks at `version` once per batch of events
/// and takes a copy when it has moved.
final class Publication: Sendable {
    struct Content: Sendable {
        var snapshot: RoutingSnapshot
        var health: [TargetKey: TargetVerdict]
        var listening: [ListenAddress: [OwnedDescriptor]] = [:]
        /// Set once, by a shutdown: no new connection, and at this moment all is cut.
        var exitAt: Timestamp?
    }

    private let content: Mutex<Content>
    private let counter = Atomic<UInt64>(1)
    private let bells: Mutex<[Doorbell]> = Mutex([])

    init(_ snapshot: RoutingSnapshot, health: [TargetKey: TargetVerdict]) {
        self.content = Mutex(Content(snapshot: snapshot, health: health))
    }

    var version: UInt64 { self.counter.load(ordering: .acquiring) }

    func read() -> Content { self.content.withLock { $0 } }

    func update(_ change: (inout Content) -> Void) {
        self.content.withLock { change(&$0) }
        self.counter.add(1, ordering: .acquiringAndReleasing)
        for bell in self.bells.withLock({ $0 }) { bell.ring() }
    }

    /// Rings `bell` at every change from now on.
    func follow(_ bell: Doorbell) { self.bells.withLock { $0.append(bell) } }
}

/// Wakes a thread that waits in `epoll` or `poll` (an eventfd).
final class Doorbell: Sendable {
    let descriptor: OwnedDescriptor

    init() throws(SystemCallError) {
        let number = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard number >= 0 else { throw SystemCallError("eventfd") }
        self.descriptor = OwnedDescriptor(number)
    }

    func ring() { eventfd_write(self.descriptor.number, 1) }

    /// Blocks until it is rung.
    func wait() {
        var wait = pollfd(fd: self.descriptor.number, events: Int16(POLLIN), revents: 0)
        while poll(&wait, 1, -1) < 0 {}
    }

    func silence() {
        var count: eventfd_t = 0
        eventfd_read(self.descriptor.number, &count)
    }
}

/// The last report of every worker.
final class ReportBoard: Sendable {
    private let reports: Mutex<[WorkerReport]>
    /// Rung when a worker serves a new generation.
    let bell: Doorbell

    init(workers: Int) throws(SystemCallError) {
        self.reports = Mutex(Array(repeating: WorkerReport(), count: workers))
        self.bell = try Doorbell()
    }

    func post(_ report: WorkerReport, worker: Int) {
        let isNew = self.reports.withLock { reports in
            defer { reports[worker] = report }
            return reports[worker].served != report.served
        }
        if isNew { self.bell.ring() }
    }

    var all: [WorkerReport] { self.reports.withLock { $0 } }

    /// What every worker serves.
    var served: Generation { self.all.map(\.served).min() ?? .none }
}

/// Clocks of the proxy's threads.
enum Clocks {
    /// Nanoseconds that never go back.
    static func monotonic() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    static func wall() -> Timestamp { SystemWallClock().now() }
}
