package import Model

/// One transition of an alarm: what its history tells, and its actions are told.
package struct AlarmStateChange: Hashable, Sendable, Codable {
    package struct Standing: Hashable, Sendable, Codable {
        package let state: AlarmState
        package let reason: String
        /// JSON; `nil` where the reason says everything.
        package let reasonData: String?

        package init(state: AlarmState, reason: String, reasonData: String?) {
            self.state = state
            self.reason = reason
            self.reasonData = reasonData
        }
    }

    package let from: Standing
    package let to: Standing
    package let at: Timestamp

    package init(from: Standing, to: Standing, at: Timestamp) {
        self.from = from
        self.to = to
        self.at = at
    }
}

/// An action that a transition asks for and that has not been performed yet. It may be performed again after a crash.
package struct PendingAlarmAction: Hashable, Sendable, Codable {
    package let arn: String
    package let change: AlarmStateChange

    package init(arn: String, change: AlarmStateChange) {
        self.arn = arn
        self.change = change
    }
}
