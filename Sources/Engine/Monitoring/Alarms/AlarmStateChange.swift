package import Model

/// One transition of an alarm: what its history tells, and its actions are told.
package struct AlarmStateChange: Hashable, Sendable, Codable {
    package struct Standing: Hashable, Sendable, Codable {
        package let state: AlarmState
        package let reason: String
        /// JSON; `nil` where the reason says everything.
        package let reasonData: String?
        /// When the alarm came to stand like this.
        package let since: Timestamp

        package init(state: AlarmState, reason: String, reasonData: String?, since: Timestamp) {
            self.state = state
            self.reason = reason
            self.reasonData = reasonData
            self.since = since
        }
    }

    package let from: Standing
    package let to: Standing

    package init(from: Standing, to: Standing) {
        self.from = from
        self.to = to
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
