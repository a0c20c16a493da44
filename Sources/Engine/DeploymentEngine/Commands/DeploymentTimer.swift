package import Model

/// A moment to come back at. Deadlines are wall-clock times, so they hold across restarts.
package struct DeploymentTimer: Hashable, Sendable, Codable {
    package let id: DeploymentTimerID
    package let deadline: Timestamp

    /// Whether `id` is this timer's, and its time has come.
    func isDue(_ id: DeploymentTimerID, at now: Timestamp) -> Bool { self.id == id && now >= self.deadline }
}

/// Unique within its deployment.
package struct DeploymentTimerID: Hashable, Sendable, Codable {
    package let number: Int

    package init(number: Int) { self.number = number }
}
