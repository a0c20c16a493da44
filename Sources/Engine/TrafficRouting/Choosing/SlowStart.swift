package import Model

/// Eases new targets in: one that becomes healthy while another healthy one already takes its full share gets a share
/// that grows in a straight line (Application Load Balancers guide, slow start mode).
package struct SlowStart<Target: Hashable & Sendable>: Sendable {
    private enum State: Sendable {
        case ramping(since: Timestamp)
        /// Left only by becoming unhealthy.
        case full
    }

    /// The share of a target that is not being eased in.
    package static var fullShare: Int { 1000 }

    /// Of the healthy targets.
    private var states: [Target: State] = [:]
    private var duration: Duration?

    package init() {}

    /// Whether some target does not take its full share.
    package var isRamping: Bool {
        self.states.values.contains { if case .ramping = $0 { true } else { false } }
    }

    /// Takes the targets that are healthy now. The others have left slow start, and would begin it anew.
    ///
    /// - Parameter duration: `nil` is off. Switching it on eases in nobody who is healthy already.
    package mutating func update(healthy: [Target], duration: Duration?, at now: Timestamp) {
        self.duration = duration
        self.pass(to: now)
        var next: [Target: State] = [:]
        for target in healthy { next[target] = self.states[target] }
        let hasFull = next.values.contains { if case .full = $0 { true } else { false } }
        for target in healthy where next[target] == nil {
            next[target] = hasFull && duration != nil ? .ramping(since: now) : .full
        }
        self.states = next
    }

    /// Ends the ramps whose time is over.
    package mutating func pass(to now: Timestamp) {
        for (target, state) in self.states {
            guard case .ramping(let start) = state else { continue }
            if self.duration.map({ now >= start + $0 }) ?? true { self.states[target] = .full }
        }
    }

    /// Of `fullShare`; at least 1, so that a target is never left out.
    package func share(of target: Target, at now: Timestamp) -> Int {
        guard case .ramping(let start) = self.states[target], let duration = self.duration else {
            return Self.fullShare
        }
        let elapsed = (now - start).milliseconds
        return Int(min(Int64(Self.fullShare), max(1, elapsed * Int64(Self.fullShare) / max(1, duration.milliseconds))))
    }
}
