package import Model

/// What became of a draining target's connections.
package struct DrainTally: Equatable, Sendable, Codable {
    /// Closed without cutting a request: idle ones at once, others behind their last answer.
    package var connections = 0
    /// In flight when the target was deregistered, and over before the deadline.
    package var requests = 0
    /// Cut off by the deadline.
    package var cutRequests = 0

    package init(connections: Int = 0, requests: Int = 0, cutRequests: Int = 0) {
        self.connections = connections
        self.requests = requests
        self.cutRequests = cutRequests
    }

    package static func + (left: DrainTally, right: DrainTally) -> DrainTally {
        DrainTally(
            connections: left.connections + right.connections, requests: left.requests + right.requests,
            cutRequests: left.cutRequests + right.cutRequests)
    }
}

/// A target's way out of the load balancer: it gets no new request, those in flight may end until the deadline, and are
/// cut then (Application Load Balancers guide, deregistration delay). Each worker has one for its own connections.
package struct DrainMachine: Equatable, Sendable {
    private enum State: Equatable, Sendable {
        /// Takes requests.
        case registered
        /// Requests are in flight. Left when the last one is over, or by a new registration.
        case draining(until: Timestamp)
        /// Nothing is in flight. Left by a new registration, or by a request that is repeated on a new connection.
        case drained(until: Timestamp)
    }

    package enum Action: Equatable, Sendable {
        case closeIdleConnections
        case cutRequests
        case none
    }

    private var state = State.registered
    /// Since the last deregistration.
    package private(set) var tally = DrainTally()

    package init() {}

    package var isDrained: Bool { if case .drained = self.state { true } else { false } }

    /// Deregistered, or known to be: said with every snapshot. The deadline may have moved.
    package mutating func deregistered(until deadline: Timestamp, idle: Int, inFlight: Int) -> Action {
        switch self.state {
        case .registered: self.tally = DrainTally(connections: idle)
        case .draining, .drained: self.tally.connections += idle
        }
        self.state = inFlight > 0 ? .draining(until: deadline) : .drained(until: deadline)
        return idle > 0 ? .closeIdleConnections : .none
    }

    /// Takes requests, again or still.
    package mutating func registered() { self.state = .registered }

    /// A request that had already been given to the target has got another connection to it.
    package mutating func requestBegan() {
        switch self.state {
        case .registered, .draining: break
        case .drained(let deadline): self.state = .draining(until: deadline)
        }
    }

    /// - Parameter inFlight: what is left.
    package mutating func requestEnded(wasCut: Bool, inFlight: Int) {
        switch self.state {
        case .registered: break
        case .draining(let deadline), .drained(let deadline):
            if wasCut {
                self.tally.cutRequests += 1
            } else {
                self.tally.requests += 1
                self.tally.connections += 1
            }
            if inFlight == 0 { self.state = .drained(until: deadline) }
        }
    }

    package func timePassed(to now: Timestamp) -> Action {
        switch self.state {
        case .draining(let deadline): now >= deadline ? .cutRequests : .none
        case .registered, .drained: .none
        }
    }
}
