package import Model
package import ProxyFeed
internal import Synchronization
package import TrafficRouting

/// What the proxy has counted, summed over its restarts.
package final class TrafficCounters: Sendable {
    package struct Totals: Equatable, Sendable {
        package fileprivate(set) var targetGroups: [TargetGroupID: TargetGroupCounters] = [:]
        package fileprivate(set) var loadBalancers: [LoadBalancerID: LoadBalancerCounters] = [:]
        package fileprivate(set) var drains: [TargetGroupID: Drains] = [:]
    }

    /// Targets of one group that were deregistered and have no request in flight any more.
    package struct Drains: Equatable, Sendable {
        package fileprivate(set) var targets = 0
        package fileprivate(set) var tally = DrainTally()
    }

    /// What one proxy process has told last.
    package struct Run: Equatable, Sendable {
        package let processID: Int32
        package let targetGroups: [TargetGroupCounters]
        package let at: Timestamp
    }

    /// A target's way out, told at this moment.
    package struct Drained: Equatable, Sendable {
        package let report: DrainReport
        package let at: Timestamp
    }

    private struct State {
        /// Of proxies that have ended.
        var past = Totals()
        var latest: Latest?
        /// The last ones; the one that is running comes last.
        var runs: [Run] = []
        var drained: [Drained] = []
        /// The totals when a proxy first reported.
        var first: Totals?

        var totals: Totals {
            var totals = self.past
            if let latest { totals.add(latest.targetGroups, latest.loadBalancers, gauges: true) }
            return totals
        }
    }

    /// What the present proxy has counted.
    private struct Latest {
        let processID: Int32
        var targetGroups: [TargetGroupID: TargetGroupCounters] = [:]
        var loadBalancers: [LoadBalancerID: LoadBalancerCounters] = [:]

        mutating func take(_ report: ProxyCounters) {
            if report.isComplete { (self.targetGroups, self.loadBalancers) = ([:], [:]) }
            for group in report.targetGroups { self.targetGroups[group.id] = group }
            for loadBalancer in report.loadBalancers { self.loadBalancers[loadBalancer.id] = loadBalancer }
        }
    }

    private static let keptRuns = 8
    private static let keptDrains = 4096

    private let state = Mutex(State())
    private let clock: any WallClock

    package init(clock: any WallClock) { self.clock = clock }

    /// Oldest first. Empty until a proxy has reported to this server.
    package var runs: [Run] { self.state.withLock { $0.runs } }

    /// Of the targets that drained last, oldest first.
    package var drained: [Drained] { self.state.withLock { $0.drained } }

    package var totals: Totals { self.state.withLock(\.totals) }

    /// What a proxy had counted when this server first heard of it; `nil` until then.
    var totalsAtStart: Totals? { self.state.withLock { $0.first } }

    func record(_ counters: ProxyCounters) {
        let now = self.clock.now()
        self.state.withLock { state in
            if let latest = state.latest, latest.processID != counters.processID {
                state.past.add(latest.targetGroups, latest.loadBalancers, gauges: false)
                state.latest = nil
            }
            // A part says nothing without the rest: the whole is on its way.
            guard counters.isComplete || state.latest != nil else { return }
            var latest = state.latest ?? Latest(processID: counters.processID)
            latest.take(counters)
            state.latest = latest
            if state.first == nil { state.first = state.totals }
            let run = Run(processID: counters.processID, targetGroups: Array(latest.targetGroups.values), at: now)
            if state.runs.last?.processID == counters.processID { state.runs.removeLast() }
            state.runs.append(run)
            state.runs.removeFirst(max(0, state.runs.count - Self.keptRuns))
        }
    }

    func record(_ drain: DrainReport) {
        let now = self.clock.now()
        self.state.withLock { state in
            var drains = state.past.drains[drain.group] ?? Drains()
            drains.targets += 1
            drains.tally = drains.tally + drain.tally
            state.past.drains[drain.group] = drains
            state.drained.append(Drained(report: drain, at: now))
            state.drained.removeFirst(max(0, state.drained.count - Self.keptDrains))
        }
    }
}

extension TrafficCounters.Totals {
    /// - Parameter gauges: whether what is in flight now counts; it does not for a proxy that has ended.
    fileprivate mutating func add(
        _ targetGroups: [TargetGroupID: TargetGroupCounters], _ loadBalancers: [LoadBalancerID: LoadBalancerCounters],
        gauges: Bool
    ) {
        for new in targetGroups.values {
            self.targetGroups[new.id, default: TargetGroupCounters(id: new.id)].add(new)
            guard !gauges else { continue }
            self.targetGroups[new.id]?.active = 0
            self.targetGroups[new.id]?.openConnections = 0
        }
        for new in loadBalancers.values {
            self.loadBalancers[new.id, default: LoadBalancerCounters(id: new.id)].add(new)
            if !gauges { self.loadBalancers[new.id]?.activeConnections = 0 }
        }
    }

    /// What was counted since an earlier look.
    func change(of id: TargetGroupID, since earlier: Self) -> TargetGroupCounters {
        let now = self.targetGroups[id] ?? TargetGroupCounters(id: id)
        return earlier.targetGroups[id].map { now.since($0) } ?? now
    }

    func change(of id: LoadBalancerID, since earlier: Self) -> LoadBalancerCounters {
        let now = self.loadBalancers[id] ?? LoadBalancerCounters(id: id)
        return earlier.loadBalancers[id].map { now.since($0) } ?? now
    }
}
