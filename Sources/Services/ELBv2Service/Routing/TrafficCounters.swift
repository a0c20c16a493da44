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
        var latest: ProxyCounters?
        /// The last ones; the one that is running comes last.
        var runs: [Run] = []
        var drained: [Drained] = []
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

    package var totals: Totals {
        self.state.withLock { state in
            var totals = state.past
            if let latest = state.latest { totals.add(latest, gauges: true) }
            return totals
        }
    }

    func record(_ counters: ProxyCounters) {
        let now = self.clock.now()
        self.state.withLock { state in
            if let latest = state.latest, latest.processID != counters.processID {
                state.past.add(latest, gauges: false)
            }
            state.latest = counters
            let run = Run(processID: counters.processID, targetGroups: counters.targetGroups, at: now)
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
    fileprivate mutating func add(_ report: ProxyCounters, gauges: Bool) {
        for new in report.targetGroups {
            var sum = self.targetGroups[new.id] ?? TargetGroupCounters(id: new.id)
            sum.requests += new.requests
            for (index, count) in new.targetStatus.enumerated() where index < sum.targetStatus.count {
                sum.targetStatus[index] += count
            }
            sum.connectionErrors += new.connectionErrors
            sum.cutResponses += new.cutResponses
            sum.failOpenRequests += new.failOpenRequests
            sum.outcomes.add(new.outcomes)
            sum.active = gauges ? new.active : 0
            sum.latency.add(new.latency)
            self.targetGroups[new.id] = sum
        }
        for new in report.loadBalancers {
            var sum = self.loadBalancers[new.id] ?? LoadBalancerCounters(id: new.id)
            sum.requests += new.requests
            for (index, count) in new.madeStatus.enumerated() where index < sum.madeStatus.count {
                sum.madeStatus[index] += count
            }
            sum.badGateway += new.badGateway
            sum.serviceUnavailable += new.serviceUnavailable
            sum.gatewayTimeout += new.gatewayTimeout
            sum.connections += new.connections
            sum.activeConnections = gauges ? new.activeConnections : 0
            sum.bytesReceived += new.bytesReceived
            sum.bytesSent += new.bytesSent
            self.loadBalancers[new.id] = sum
        }
    }
}
