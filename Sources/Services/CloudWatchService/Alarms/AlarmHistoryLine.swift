internal import Model
internal import Monitoring
internal import Store

/// The lines of an alarm's history, with the JSON that programs read.
enum AlarmHistoryLine {
    enum Change: String {
        case created = "Create"
        case updated = "Update"
        case deleted = "Delete"

        var verb: String {
            switch self {
            case .created: "created"
            case .updated: "updated"
            case .deleted: "deleted"
            }
        }
    }

    /// The model's longest summary and data.
    private static let longestSummary = 255
    private static let longestData = 4095

    static func configuration(_ change: Change, of alarm: StoredAlarm, at now: Timestamp) -> StoredAlarmHistoryItem {
        var members: [JSONValue.Member] = [
            .init("version", .string("1.0")), .init("type", .string(change.rawValue)),
        ]
        let head = JSONValue.object(members).text
        // What is stored was written as JSON; should it not be, the line is still worth having.
        if let configuration = try? JSONValue(parsing: alarm.configuration) {
            members.append(.init("\(change.verb)Alarm", configuration))
        }
        let whole = JSONValue.object(members).text
        return self.item(
            .configurationUpdate, of: alarm, at: now, summary: "Alarm \"\(alarm.name)\" \(change.verb)",
            data: whole.unicodeScalars.count <= self.longestData ? whole : head)
    }

    static func stateUpdate(_ change: AlarmStateChange, of alarm: StoredAlarm) -> StoredAlarmHistoryItem {
        let data = JSONValue.object([
            .init("version", .string("1.0")), .init("oldState", self.json(change.from)),
            .init("newState", self.json(change.to)),
        ])
        return self.item(
            .stateUpdate, of: alarm, at: change.to.since,
            summary: "Alarm updated from \(change.from.state.rawValue) to \(change.to.state.rawValue)", data: data.text)
    }

    /// - Parameter failure: `nil` where it was performed.
    static func action(
        _ action: PendingAlarmAction, of alarm: StoredAlarm, failure: String?, at now: Timestamp
    ) -> StoredAlarmHistoryItem {
        var members: [JSONValue.Member] = [
            .init("actionState", .string(failure == nil ? "Succeeded" : "Failed")),
            .init("stateUpdateTimestamp", .integer(action.change.to.since.milliseconds)),
            .init("notificationResource", .string(action.arn)),
        ]
        if let failure { members.append(.init("error", .string(failure))) }
        return self.item(
            .action, of: alarm, at: now,
            summary: failure.map { "Failed to execute action \(action.arn). Received error: \"\($0)\"" }
                ?? "Successfully executed action \(action.arn)",
            data: JSONValue.object(members).text)
    }

    private static func item(
        _ type: StoredAlarmHistoryItem.ItemType, of alarm: StoredAlarm, at now: Timestamp, summary: String, data: String
    ) -> StoredAlarmHistoryItem {
        StoredAlarmHistoryItem(
            region: alarm.region, alarmName: alarm.name, kind: alarm.kind, time: now, type: type,
            summary: String(summary.prefix(self.longestSummary)), data: data)
    }

    private static func json(_ standing: AlarmStateChange.Standing) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("stateValue", .string(standing.state.rawValue)), .init("stateReason", .string(standing.reason)),
        ]
        // Reason data that somebody has set by hand are JSON, too.
        if let data = standing.reasonData, let json = try? JSONValue(parsing: data) {
            members.append(.init("stateReasonData", json))
        }
        return .object(members)
    }
}
