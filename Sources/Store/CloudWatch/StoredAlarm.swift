internal import GRDB
package import Model
package import Monitoring

/// A CloudWatch alarm: what was asked for, and how it stands.
package struct StoredAlarm: Equatable, Sendable {
    /// As `AlarmTypes` spells it.
    package enum Kind: String, Sendable, CaseIterable {
        case metric = "MetricAlarm"
        case composite = "CompositeAlarm"
    }

    package let region: String
    package let name: String
    package let kind: Kind
    /// The AWS shape `MetricAlarm` or `CompositeAlarm`, without its state.
    package var configuration: String
    package var configuredAt: Timestamp
    package var isActionsEnabled: Bool
    package var standing: AlarmStateChange.Standing
    /// When the state last became another one.
    package var stateTransitionedAt: Timestamp
    /// Not evaluated before that moment, because somebody has set its state.
    package var heldUntil: Timestamp?
    /// JSON object of strings.
    package var tags: String
    package var pendingActions: [PendingAlarmAction]

    package init(
        region: String, name: String, kind: Kind, configuration: String, configuredAt: Timestamp,
        isActionsEnabled: Bool, standing: AlarmStateChange.Standing, stateTransitionedAt: Timestamp,
        heldUntil: Timestamp? = nil, tags: String,
        pendingActions: [PendingAlarmAction] = []
    ) {
        self.region = region
        self.name = name
        self.kind = kind
        self.configuration = configuration
        self.configuredAt = configuredAt
        self.isActionsEnabled = isActionsEnabled
        self.standing = standing
        self.stateTransitionedAt = stateTransitionedAt
        self.heldUntil = heldUntil
        self.tags = tags
        self.pendingActions = pendingActions
    }

    init(row: Row) throws {
        let held: Int64? = row["held_until"]
        self.init(
            region: row["region"], name: row["name"], kind: try Self.decoded(row["kind"]),
            configuration: row["configuration"], configuredAt: Timestamp(milliseconds: row["configured_at"]),
            isActionsEnabled: row["actions_enabled"],
            standing: AlarmStateChange.Standing(
                state: try Self.decoded(row["state"]), reason: row["reason"], reasonData: row["reason_data"],
                since: Timestamp(milliseconds: row["state_updated_at"])),
            stateTransitionedAt: Timestamp(milliseconds: row["state_transitioned_at"]),
            heldUntil: held.map(Timestamp.init(milliseconds:)), tags: row["tags"],
            pendingActions: try StoredJSON.decode([PendingAlarmAction].self, from: row["pending_actions"]))
    }

    private static func decoded<Value: RawRepresentable<String>>(_ text: String) throws -> Value {
        guard let value = Value(rawValue: text) else {
            throw DatabaseError(message: "\(text) is no \(Value.self) of an alarm")
        }
        return value
    }
}

extension StoreSnapshot {
    package func alarm(region: String, name: String) throws -> StoredAlarm? {
        try Row.first(
            self.database, sql: "SELECT * FROM cloudwatch_alarms WHERE region = ? AND name = ?",
            arguments: [region, name]
        ).map(StoredAlarm.init(row:))
    }

    /// By name, after one if it is given.
    package func alarms(region: String, after name: String = "") throws -> [StoredAlarm] {
        try Row.all(
            self.database, sql: "SELECT * FROM cloudwatch_alarms WHERE region = ? AND name > ? ORDER BY name",
            arguments: [region, name]
        ).map(StoredAlarm.init(row:))
    }

    /// Of every region, by region and name.
    package func alarms(_ kind: StoredAlarm.Kind) throws -> [StoredAlarm] {
        try Row.all(
            self.database, sql: "SELECT * FROM cloudwatch_alarms WHERE kind = ? ORDER BY region, name",
            arguments: [kind.rawValue]
        ).map(StoredAlarm.init(row:))
    }

    /// Of every region, those whose transitions ask for actions that have not been performed.
    package func alarmsWithPendingActions() throws -> [StoredAlarm] {
        try Row.all(
            self.database, sql: "SELECT * FROM cloudwatch_alarms WHERE pending_actions <> '[]' ORDER BY region, name"
        ).map(StoredAlarm.init(row:))
    }
}

extension StoreTransaction {
    /// Makes the alarm or writes its new value.
    package func save(_ alarm: StoredAlarm) throws {
        try self.database.run(
            sql: """
                INSERT OR REPLACE INTO cloudwatch_alarms
                    (region, name, kind, configuration, configured_at, actions_enabled, state, reason, reason_data,
                     state_updated_at, state_transitioned_at, held_until, tags, pending_actions)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                alarm.region, alarm.name, alarm.kind.rawValue, alarm.configuration, alarm.configuredAt.milliseconds,
                alarm.isActionsEnabled, alarm.standing.state.rawValue, alarm.standing.reason,
                alarm.standing.reasonData, alarm.standing.since.milliseconds,
                alarm.stateTransitionedAt.milliseconds, alarm.heldUntil?.milliseconds, alarm.tags,
                try StoredJSON.encode(alarm.pendingActions),
            ])
        self.changed(.alarms)
    }

    package func deleteAlarm(region: String, name: String) throws {
        try self.database.run(
            sql: "DELETE FROM cloudwatch_alarms WHERE region = ? AND name = ?", arguments: [region, name])
        self.changed(.alarms)
    }
}
