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
    mutating func add(_ other: TargetGroupCounters) {
        self.requests += other.requests
        for index in self.targetStatus.indices { self.targetStatus[index] += other.targetStatus[index] }
        self.connectionErrors += other.connectionErrors
        self.cutResponses += other.cutResponses
        self.failOpenRequests += other.failOpenRequests
        self.outcomes.add(other.outcomes)
        self.active += other.active
        self.latency.add(other.latency)
    }

    mutating func answered(_ status: Int) {
        if (200..<600).contains(status) { self.targetStatus[status / 100 - 2] += 1 }
    }
}

extension LoadBalancerCounters {
    mutating func add(_ other: LoadBalancerCounters) {
        self.requests += other.requests
        for index in self.madeStatus.indices { self.madeStatus[index] += other.madeStatus[index] }
        self.badGateway += other.badGateway
        self.serviceUnavailable += other.serviceUnavailable
        self.gatewayTimeout += other.gatewayTimeout
        self.connections += other.connections
        self.activeConnections += other.activeConnections
        self.bytesReceived += other.bytesReceived
        self.bytesSent += other.bytesSent
    }

    mutating func made(_ status: Int) {
        if (300..<600).contains(status) { self.madeStatus[status / 100 - 3] += 1 }
        switch status {
        case 502: self.badGateway += 1
        case 503: self.serviceUnavailable += 1
        case 504: self.gatewayTimeout += 1
        default: break
        }
    }
}
