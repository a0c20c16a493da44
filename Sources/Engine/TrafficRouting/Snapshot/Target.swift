package import Model

/// A registered, or still draining, target.
package struct Target: Equatable, Sendable, Codable {
    /// What the control plane wants of the target. A deregistered target stays in the snapshot as `draining` until its
    /// delay is over.
    package enum State: Equatable, Sendable, Codable {
        case registered
        /// Gets no new request. Requests in flight may go on until the deadline and are cut then.
        case draining(until: Timestamp)
    }

    package let id: TargetID
    /// A numeric IPv4 or IPv6 address; instance ids are resolved before they come here.
    package let address: String
    package let state: State
    /// Tells one registration of an address from the next: what was known of the health of the one before says nothing about
    /// this one. `nil` where the control plane does not tell.
    package let registeredAt: Timestamp?

    package init(id: TargetID, address: String, state: State = .registered, registeredAt: Timestamp? = nil) {
        self.id = id
        self.address = address
        self.state = state
        self.registeredAt = registeredAt
    }

    package var port: UInt16 { self.id.port }
}
