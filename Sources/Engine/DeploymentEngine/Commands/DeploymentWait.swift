package import Model

/// Why a deployment is not moving, until when at most, and how to end the wait.
package struct DeploymentWait: Hashable, Sendable, Codable {
    package let reason: String
    /// `nil` where nothing is waited for but the executor's next turn.
    package let deadline: Timestamp?
    /// What happens at the deadline, and what somebody can do before.
    package let exit: String

    package init(reason: String, deadline: Timestamp?, exit: String) {
        self.reason = reason
        self.deadline = deadline
        self.exit = exit
    }
}
