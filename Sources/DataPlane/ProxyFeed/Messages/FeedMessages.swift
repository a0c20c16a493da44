package import Model
package import TrafficRouting

/// The version of the frames and messages below. Both ends refuse to talk to another one.
package enum FeedProtocol {
    package static let version = 3
}

/// What the control plane tells the proxy.
package enum ControlMessage: Equatable, Sendable, Codable {
    /// Replaces everything known before. Acknowledged once every worker serves it.
    case snapshot(RoutingSnapshot)
    /// Carries one descriptor a worker. Listening on an address that is already held changes nothing.
    case listen(ListenAddress)
    /// Closes the sockets of all workers together.
    case unlisten(ListenAddress)
    /// Finish what is in flight, for at most so long, then exit.
    case shutdown(grace: Duration)
}

/// What the proxy tells the control plane.
package enum ProxyMessage: Equatable, Sendable, Codable {
    /// Always first.
    case hello(ProxyHello)
    /// Carries the descriptors of an address that the proxy listens on; follows the hello, one for each address.
    case listening(ListenAddress)
    /// Every worker serves this generation.
    case acknowledged(Generation)
    /// `complete` tells that this is the health of all targets; otherwise only of those that changed.
    case health([TargetHealthReport], complete: Bool)
    case counters(ProxyCounters)
    /// Told when the last request in flight at a draining target has ended, or was cut at the deadline.
    case drained(DrainReport)
}

package struct ProxyHello: Equatable, Sendable, Codable {
    package let version: Int
    package let processID: Int32
    package let workers: Int
    /// What every worker serves now.
    package let generation: Generation
    package let listening: [ListenAddress]

    package init(version: Int, processID: Int32, workers: Int, generation: Generation, listening: [ListenAddress]) {
        self.version = version
        self.processID = processID
        self.workers = workers
        self.generation = generation
        self.listening = listening
    }
}

package struct TargetHealthReport: Equatable, Sendable, Codable {
    package let group: TargetGroupID
    package let target: TargetID
    package let health: TargetHealth
    /// Which registration of the target this is about.
    package let registeredAt: Timestamp?

    package init(group: TargetGroupID, target: TargetID, health: TargetHealth, registeredAt: Timestamp? = nil) {
        self.group = group
        self.target = target
        self.health = health
        self.registeredAt = registeredAt
    }
}

package struct DrainReport: Equatable, Sendable, Codable {
    package let group: TargetGroupID
    package let target: TargetID
    package let tally: DrainTally

    package init(group: TargetGroupID, target: TargetID, tally: DrainTally) {
        self.group = group
        self.target = target
        self.tally = tally
    }
}
