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

    private struct State {
        /// Of proxies that have ended.
        var past = Totals()
        var latest: ProxyCounters?
    }

    private let state = Mutex(State())

    package init() {}

    package var totals: Totals {
        self.state.withLock { state in
            var totals = state.past
            if let latest = state.latest { totals.add(latest, gauges: true) }
            return totals
        }
    }

    func record(_ counters: ProxyCounters) {
        self.state.withLock { state in
            if let latest = state.latest, latest.processID != counters.processID {
                state.past.add(latest, gauges: false)
            }
            state.latest = counters
        }
    }

    func record(_ drain: DrainReport) {
        self.state.withLock { state in
            var drains = state.past.drains[drain.group] ?? Drains()
            drains.targets += 1
            drains.tally = drains.tally + drain.tally
            state.past.drains[drain.group] = drains
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
