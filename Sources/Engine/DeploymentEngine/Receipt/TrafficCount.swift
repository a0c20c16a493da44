package import Model

/// What a target group, or one of its targets, has carried; failures by their origin.
package struct TrafficCount: Hashable, Sendable, Codable {
    /// Handed to a target.
    package var requests = 0
    /// Answers of targets with a status of 500 or above.
    package var targetErrors = 0
    /// 502, 503 and 504 that the load balancer made. A 503 was handed to no target.
    package var badGateway = 0
    package var serviceUnavailable = 0
    package var gatewayTimeout = 0
    /// Answers whose body broke off after the client had got their head.
    package var cutResponses = 0
    /// Clients that went away before they had their answer: nobody's failure.
    package var clientAborts = 0
    /// Connections to targets that failed. A request whose second connection succeeds has not failed.
    package var connectionErrors = 0

    package init() {}

    package init(requests: Int) { self.requests = requests }

    /// Requests of clients, also those that no target got.
    package var received: Int { self.requests + self.serviceUnavailable }

    package var loadBalancerErrors: Int { self.badGateway + self.serviceUnavailable + self.gatewayTimeout }

    /// Requests whose clients did not get what they asked for.
    package var failures: Int { self.targetErrors + self.loadBalancerErrors + self.cutResponses }

    private func combined(_ other: TrafficCount, _ combine: (Int, Int) -> Int) -> TrafficCount {
        var result = TrafficCount()
        result.requests = combine(self.requests, other.requests)
        result.targetErrors = combine(self.targetErrors, other.targetErrors)
        result.badGateway = combine(self.badGateway, other.badGateway)
        result.serviceUnavailable = combine(self.serviceUnavailable, other.serviceUnavailable)
        result.gatewayTimeout = combine(self.gatewayTimeout, other.gatewayTimeout)
        result.cutResponses = combine(self.cutResponses, other.cutResponses)
        result.clientAborts = combine(self.clientAborts, other.clientAborts)
        result.connectionErrors = combine(self.connectionErrors, other.connectionErrors)
        return result
    }

    package static func + (left: TrafficCount, right: TrafficCount) -> TrafficCount { left.combined(right, +) }

    /// What was added since `earlier`; `nil` where a count is lower now, so that it has started again from nothing.
    func since(_ earlier: TrafficCount) -> TrafficCount? {
        self.combined(earlier, max) == self ? self.combined(earlier, -) : nil
    }
}

/// What is counted: a target group, or one target of it.
package struct TrafficMeter: Hashable, Sendable, Codable {
    /// ARN
    package let group: String
    /// `ID:PORT` as it is registered; `nil` for the whole group.
    package let target: String?

    package init(group: String, target: String? = nil) {
        self.group = group
        self.target = target
    }
}

/// What became of the connections to one target that was deregistered.
package struct TargetDrain: Hashable, Sendable, Codable {
    package let meter: TrafficMeter
    /// Closed without cutting a request.
    package let connections: Int
    /// In flight at the deregistration, and over before the deadline.
    package let requests: Int
    package let cutRequests: Int
    package let at: Timestamp

    package init(meter: TrafficMeter, connections: Int, requests: Int, cutRequests: Int, at: Timestamp) {
        self.meter = meter
        self.connections = connections
        self.requests = requests
        self.cutRequests = cutRequests
        self.at = at
    }
}
