package import TrafficRouting

/// Everything that the proxy has counted since it started, summed over its workers. A reader subtracts the report before;
/// a report with another process id starts from zero.
package struct ProxyCounters: Equatable, Sendable, Codable {
    package let processID: Int32
    package let targetGroups: [TargetGroupCounters]
    package let loadBalancers: [LoadBalancerCounters]

    package init(processID: Int32, targetGroups: [TargetGroupCounters], loadBalancers: [LoadBalancerCounters]) {
        self.processID = processID
        self.targetGroups = targetGroups
        self.loadBalancers = loadBalancers
    }
}

/// Counts of one target group behind one load balancer's rules.
package struct TargetGroupCounters: Equatable, Sendable, Codable {
    package let id: TargetGroupID
    /// Requests handed to a target (CloudWatch `RequestCountPerTarget` times targets).
    package var requests: UInt64 = 0
    /// Answers of targets by class: 2xx, 3xx, 4xx, 5xx.
    package var targetStatus: [UInt64] = [0, 0, 0, 0]
    /// `TargetConnectionErrorCount`.
    package var connectionErrors: UInt64 = 0
    /// Answers whose body broke off after the client had got their head.
    package var cutResponses: UInt64 = 0
    /// Requests routed while the group failed open (`UnhealthyRoutingRequestCount`).
    package var failOpenRequests: UInt64 = 0
    package var outcomes = GroupOutcomes()
    /// In flight now.
    package var active: Int = 0
    package var latency = LatencyHistogram()

    package init(id: TargetGroupID) { self.id = id }
}

package struct LoadBalancerCounters: Equatable, Sendable, Codable {
    package let id: LoadBalancerID
    package var requests: UInt64 = 0
    /// Answers that the load balancer made itself, by class: 3xx, 4xx, 5xx.
    package var madeStatus: [UInt64] = [0, 0, 0]
    /// Of those, `HTTPCode_ELB_502_Count`, `_503_` and `_504_`.
    package var badGateway: UInt64 = 0
    package var serviceUnavailable: UInt64 = 0
    package var gatewayTimeout: UInt64 = 0
    package var connections: UInt64 = 0
    package var activeConnections: Int = 0
    /// Heads and bodies, from and to clients.
    package var bytesReceived: UInt64 = 0
    package var bytesSent: UInt64 = 0

    package init(id: LoadBalancerID) { self.id = id }
}

/// Latencies in buckets of doubling width: bucket `i` holds those under 2^i microseconds (and not in a lower one).
package struct LatencyHistogram: Equatable, Sendable, Codable {
    package private(set) var buckets: [UInt64] = Array(repeating: 0, count: 32)
    package private(set) var sumMicroseconds: UInt64 = 0

    package init() {}

    package var count: UInt64 { self.buckets.reduce(0, +) }

    package mutating func record(microseconds: UInt64) {
        self.buckets[min(UInt64.bitWidth - microseconds.leadingZeroBitCount, 31)] += 1
        self.sumMicroseconds += microseconds
    }

    package mutating func add(_ other: LatencyHistogram) {
        for index in self.buckets.indices { self.buckets[index] += other.buckets[index] }
        self.sumMicroseconds += other.sumMicroseconds
    }
}
