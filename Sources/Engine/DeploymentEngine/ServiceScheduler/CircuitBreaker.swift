/// The deployment circuit breaker of a rolling deployment: it counts tasks that fail in a row, and trips at a share of the
/// desired count.
package struct CircuitBreaker: Hashable, Sendable, Codable {
    package var isEnabled: Bool
    package var rollsBack: Bool

    package init(isEnabled: Bool = false, rollsBack: Bool = false) {
        self.isEnabled = isEnabled
        self.rollsBack = rollsBack
    }

    /// Half of the desired count, rounded up, but 3 at least and 200 at most.
    package static func threshold(desiredCount: Int) -> Int {
        min(200, max(3, (desiredCount + 1) / 2))
    }

    package func trips(failures: Int, desiredCount: Int) -> Bool {
        self.isEnabled && failures >= Self.threshold(desiredCount: desiredCount)
    }
}
