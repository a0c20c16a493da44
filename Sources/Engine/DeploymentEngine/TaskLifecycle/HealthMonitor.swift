package import Model

package enum HealthStatus: String, Sendable, Codable, CaseIterable {
    case healthy = "HEALTHY"
    case unhealthy = "UNHEALTHY"
    case unknown = "UNKNOWN"
}

/// Turns the results of one container's health command into a verdict. The first check runs one interval after the start,
/// each further one an interval after the end of the last.
package struct HealthMonitor: Hashable, Sendable, Codable {
    package let plan: HealthCheckPlan
    package private(set) var status: HealthStatus = .unknown
    package private(set) var nextProbeAt: Timestamp
    private let startedAt: Timestamp
    private var failuresInARow = 0

    package init(plan: HealthCheckPlan, startedAt: Timestamp) {
        self.plan = plan
        self.startedAt = startedAt
        self.nextProbeAt = startedAt + plan.interval
    }

    package mutating func probeFinished(passed: Bool, at now: Timestamp) {
        self.nextProbeAt = now + self.plan.interval
        if passed {
            self.failuresInARow = 0
            self.status = .healthy
            return
        }
        let isStarting = self.status == .unknown && now < self.startedAt + self.plan.startPeriod
        guard !isStarting else { return }
        self.failuresInARow += 1
        if self.failuresInARow >= self.plan.retries { self.status = .unhealthy }
    }
}
