internal import Model
internal import ProxyFeed
internal import Store
internal import Synchronization
internal import TrafficRouting

/// The proxy's latest verdicts. Kept in memory only: a proxy sends them all again when the server comes back.
final class TargetHealthBoard: Sendable {
    /// What is known of a target.
    enum Verdict: Equatable, Sendable {
        case known(TargetHealth)
        /// The proxy has not told yet.
        case notYet
        /// No proxy is connected.
        case unavailable
    }

    private struct State {
        var isConnected = false
        var health: [TargetGroupID: [TargetID: TargetHealthReport]] = [:]
    }

    private let state = Mutex(State())
    private let changes: ChangeFeed

    init(changes: ChangeFeed) { self.changes = changes }

    /// What is known of this registration; a verdict on an earlier one of the same address does not count.
    func verdict(on target: StoredTarget) -> Verdict {
        guard let port = UInt16(exactly: target.port) else { return .notYet }
        return self.verdict(
            on: TargetID(id: target.id, port: port), in: TargetGroupID(target.targetGroupARN),
            registeredAt: target.registeredAt)
    }

    func verdict(on target: TargetID, in group: TargetGroupID, registeredAt: Timestamp?) -> Verdict {
        self.state.withLock { state in
            guard state.isConnected else { return .unavailable }
            guard let report = state.health[group]?[target],
                report.registeredAt == nil || report.registeredAt == registeredAt
            else { return .notYet }
            return .known(report.health)
        }
    }

    var isConnected: Bool { self.state.withLock { $0.isConnected } }

    /// - Parameter complete: whether targets that are not reported are unknown from now on.
    func apply(_ reports: [TargetHealthReport], complete: Bool) {
        self.state.withLock { state in
            state.isConnected = true
            if complete { state.health = [:] }
            for report in reports { state.health[report.group, default: [:]][report.target] = report }
        }
        let groups = Set(reports.map { ChangeSubject.targetGroup($0.group.arn) })
        self.changes.announce([.targetHealth], complete ? [.everyTargetGroup] : groups)
    }

    func proxyAway() {
        self.state.withLock { $0.isConnected = false }
        self.changes.announce([.targetHealth], [.everyTargetGroup])
    }
}
