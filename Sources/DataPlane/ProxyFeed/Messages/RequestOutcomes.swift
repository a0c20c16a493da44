package import TrafficRouting

/// What became of the requests that a target group was chosen for, as far as `TargetGroupCounters` do not tell it.
package struct GroupOutcomes: Equatable, Sendable, Codable {
    /// Answers that the load balancer made for want of one from a target: 502, 503 and 504.
    package var badGateway: UInt64 = 0
    package var serviceUnavailable: UInt64 = 0
    package var gatewayTimeout: UInt64 = 0
    /// Clients that went away before they had their whole answer.
    package var clientAborts: UInt64 = 0
    /// Of the targets that are registered or drain, and of those that left last.
    package var targets: [TargetOutcomes] = []

    package init() {}

    package mutating func made(_ status: Int) {
        switch status {
        case 502: self.badGateway += 1
        case 503: self.serviceUnavailable += 1
        case 504: self.gatewayTimeout += 1
        default: break
        }
    }

    package mutating func add(_ other: GroupOutcomes) {
        self.badGateway += other.badGateway
        self.serviceUnavailable += other.serviceUnavailable
        self.gatewayTimeout += other.gatewayTimeout
        self.clientAborts += other.clientAborts
        var places = Dictionary(self.targets.enumerated().map { ($1.id, $0) }) { first, _ in first }
        for target in other.targets {
            if let place = places[target.id] {
                self.targets[place].add(target)
            } else {
                places[target.id] = self.targets.count
                self.targets.append(target)
            }
        }
    }
}

/// The requests that one target was given.
package struct TargetOutcomes: Equatable, Sendable, Codable {
    package let id: TargetID
    package var requests: UInt64 = 0
    /// Its own answers with a status of 500 or above.
    package var targetErrors: UInt64 = 0
    /// 502 and 504 that the load balancer made for it.
    package var badGateway: UInt64 = 0
    package var gatewayTimeout: UInt64 = 0
    package var cutResponses: UInt64 = 0
    package var clientAborts: UInt64 = 0
    package var connectionErrors: UInt64 = 0

    package init(id: TargetID) { self.id = id }

    package mutating func made(_ status: Int) {
        switch status {
        case 502: self.badGateway += 1
        case 504: self.gatewayTimeout += 1
        default: break
        }
    }

    package mutating func add(_ other: TargetOutcomes) {
        self.requests += other.requests
        self.targetErrors += other.targetErrors
        self.badGateway += other.badGateway
        self.gatewayTimeout += other.gatewayTimeout
        self.cutResponses += other.cutResponses
        self.clientAborts += other.clientAborts
        self.connectionErrors += other.connectionErrors
    }
}
