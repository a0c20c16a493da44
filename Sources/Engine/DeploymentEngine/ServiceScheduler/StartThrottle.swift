package import Model

/// Slows down a revision whose tasks do not stay up. Two reasons, told apart because ECS tells them apart: tasks that never
/// reach RUNNING wait ever longer, up to 27 minutes; tasks that end soon after RUNNING are only kept from spinning.
package struct StartThrottle: Hashable, Sendable, Codable {
    package private(set) var failuresInARow = 0
    private var crashesInARow = 0
    private var lastTroubleAt: Timestamp?
    /// No task of the revision starts before this moment.
    package private(set) var notBefore: Timestamp?

    /// A task that has run this long has not crashed at its start.
    private static let settled = Duration.seconds(30)

    package init() {}

    package mutating func taskFailedToStart(at now: Timestamp) {
        self.failuresInARow += 1
        self.lastTroubleAt = now
        self.hold(Self.delay(after: self.failuresInARow, first: .seconds(10), limit: .minutes(27)), from: now)
    }

    /// A task that had reached RUNNING ended by itself.
    package mutating func taskEnded(after lifetime: Duration, at now: Timestamp) {
        guard lifetime < Self.settled else {
            self.crashesInARow = 0
            return
        }
        self.crashesInARow += 1
        self.lastTroubleAt = now
        self.hold(Self.delay(after: self.crashesInARow, first: .seconds(1), limit: .seconds(10)), from: now)
    }

    package mutating func taskIsRunning(since start: Timestamp, at now: Timestamp) {
        if let trouble = self.lastTroubleAt, start <= trouble { return }
        self.failuresInARow = 0
        if now - start >= Self.settled {
            self.crashesInARow = 0
            self.notBefore = nil
        }
    }

    package func allowsStart(at now: Timestamp) -> Bool {
        self.notBefore.map { $0 <= now } ?? true
    }

    /// None after the first trouble, then doubling.
    private static func delay(after troubles: Int, first: Duration, limit: Duration) -> Duration {
        guard troubles > 1 else { return .zero }
        return min(limit, first * (1 << min(troubles - 2, 20)))
    }

    private mutating func hold(_ delay: Duration, from now: Timestamp) {
        self.notBefore = max(self.notBefore ?? now, now + delay)
    }
}
