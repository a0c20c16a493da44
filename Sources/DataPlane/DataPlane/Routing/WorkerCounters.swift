internal import ProxyFeed
internal import TrafficRouting

/// What one worker has counted, by group and by load balancer. Copied out once a second; nothing is shared per request.
struct WorkerReport: Sendable {
    struct Draining: Sendable {
        let key: TargetKey
        let isDrained: Bool
        let tally: DrainTally
    }

    var served = Generation.none
    var targetGroups: [TargetGroupID: TargetGroupCounters] = [:]
    var loadBalancers: [LoadBalancerID: LoadBalancerCounters] = [:]
    var draining: [Draining] = []
    var clients = 0
}

/// A target of a group, as the proxy tells targets apart: an address that is registered again under the same id is
/// another one.
struct TargetKey: Hashable, Sendable, Codable {
    let group: TargetGroupID
    let target: TargetID
    let address: String
}

extension TargetGroupCounters {
    mutating func answered(_ status: Int, after microseconds: UInt64) {
        if (200..<600).contains(status) { self.targetStatus[status / 100 - 2] += 1 }
        self.latency.record(microseconds: microseconds)
    }
}

extension LoadBalancerCounters {
    mutating func made(_ status: Int) {
        if (300..<600).contains(status) { self.madeStatus[status / 100 - 3] += 1 }
        switch status {
        case 500: self.internalErrors += 1
        case 502: self.badGateway += 1
        case 503: self.serviceUnavailable += 1
        case 504: self.gatewayTimeout += 1
        default: break
        }
    }
}

/// Everything that the workers have counted, by what it is about.
struct CounterTable: Sendable {
    private(set) var targetGroups: [TargetGroupID: TargetGroupCounters] = [:]
    private(set) var loadBalancers: [LoadBalancerID: LoadBalancerCounters] = [:]

    init(_ reports: [WorkerReport]) {
        for report in reports {
            for (id, counters) in report.targetGroups {
                self.targetGroups[id, default: TargetGroupCounters(id: id)].add(counters)
            }
            for (id, counters) in report.loadBalancers {
                self.loadBalancers[id, default: LoadBalancerCounters(id: id)].add(counters)
            }
        }
    }

    /// What a control plane that knows `earlier` is to be told; `nil` where that is nothing.
    func report(since earlier: CounterTable?, processID: Int32) -> ProxyCounters? {
        let isComplete =
            earlier.map { earlier in
                earlier.targetGroups.keys.contains { self.targetGroups[$0] == nil }
                    || earlier.loadBalancers.keys.contains { self.loadBalancers[$0] == nil }
            } ?? true
        let groups = self.targetGroups.values.filter { isComplete || earlier?.targetGroups[$0.id] != $0 }
        let loadBalancers = self.loadBalancers.values.filter { isComplete || earlier?.loadBalancers[$0.id] != $0 }
        guard isComplete || !groups.isEmpty || !loadBalancers.isEmpty else { return nil }
        return ProxyCounters(
            processID: processID, isComplete: isComplete, targetGroups: groups, loadBalancers: loadBalancers)
    }
}
