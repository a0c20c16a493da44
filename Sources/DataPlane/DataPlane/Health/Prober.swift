internal import CLinux
internal import Glibc
internal import Model
internal import ProxyFeed
internal import TrafficRouting

/// The thread that probes targets, and publishes their health to the workers.
final class Prober {
    private let publication: Publication
    private let bell: Doorbell
    private let changed: @Sendable () -> Void
    private var schedule: ProbeSchedule
    private var snapshot = RoutingSnapshot.empty
    private var seenVersion: UInt64 = 0
    private var running: [ProbeConnection] = []
    private var published: [TargetKey: TargetVerdict] = [:]

    /// `changed` is called on the prober's thread after each change of health.
    init(_ publication: Publication, _ changed: @escaping @Sendable () -> Void) throws(SystemCallError) {
        self.publication = publication
        self.changed = changed
        self.bell = try Doorbell()
        self.schedule = ProbeSchedule(remembering: publication.read().health)
        publication.follow(self.bell)
    }

    func run() {
        while true {
            self.follow()
            self.start()
            self.publish()
            self.wait()
        }
    }

    private func follow() {
        let version = self.publication.version
        guard version != self.seenVersion else { return }
        self.seenVersion = version
        let snapshot = self.publication.read().snapshot
        guard snapshot != self.snapshot else { return }
        self.snapshot = snapshot
        self.schedule.update(snapshot, at: Clocks.wall())
    }

    private func start() {
        let now = Clocks.wall()
        for probe in self.schedule.due(at: now) {
            if let connection = ProbeConnection(probe, at: now) {
                self.running.append(connection)
            } else {
                self.schedule.finished(probe, .failed(.connectionFailed), at: now)
            }
        }
    }

    private func publish() {
        let health = self.schedule.health(in: self.snapshot)
        guard health != self.published else { return }
        self.published = health
        self.publication.update { $0.health = health }
        self.changed()
    }

    private func wait() {
        var waits = [pollfd(fd: self.bell.descriptor.number, events: Int16(POLLIN), revents: 0)]
        waits += self.running.map { pollfd(fd: $0.descriptor.number, events: $0.events, revents: 0) }
        poll(&waits, nfds_t(waits.count), Int32(self.patience))
        if waits[0].revents != 0 { self.bell.silence() }
        let now = Clocks.wall()
        var stillRunning: [ProbeConnection] = []
        for (index, connection) in self.running.enumerated() {
            var connection = connection
            var progress = ProbeConnection.Progress.waiting
            if waits[index + 1].revents != 0 { progress = connection.ready() }
            switch progress {
            case .ended(let outcome): self.schedule.finished(connection.probe, outcome, at: now)
            case .waiting where now >= connection.deadline:
                self.schedule.finished(connection.probe, .failed(.timeout), at: now)
            case .waiting: stillRunning.append(connection)
            }
        }
        self.running = stillRunning
    }

    /// Milliseconds until the next probe is due or one runs out of time.
    private var patience: Int64 {
        let moments = [self.schedule.nextStart].compactMap { $0 } + self.running.map(\.deadline)
        guard let next = moments.min() else { return 10_000 }
        return max(1, min((next - Clocks.wall()).milliseconds, 10_000))
    }
}
