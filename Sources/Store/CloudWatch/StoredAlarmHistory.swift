internal import GRDB
package import Model

/// One line of an alarm's history; it outlives the alarm.
package struct StoredAlarmHistoryItem: Equatable, Sendable {
    /// As the wire spells it.
    package enum ItemType: String, Sendable {
        case configurationUpdate = "ConfigurationUpdate"
        case stateUpdate = "StateUpdate"
        case action = "Action"
    }

    /// Order of writing; 0 until inserted.
    package private(set) var id: Int64 = 0
    package let region: String
    package let alarmName: String
    package let kind: StoredAlarm.Kind
    package let time: Timestamp
    package let type: ItemType
    package let summary: String
    /// JSON.
    package let data: String

    package init(
        region: String, alarmName: String, kind: StoredAlarm.Kind, time: Timestamp, type: ItemType, summary: String,
        data: String
    ) {
        self.region = region
        self.alarmName = alarmName
        self.kind = kind
        self.time = time
        self.type = type
        self.summary = summary
        self.data = data
    }

    init(row: Row) throws {
        let kind: String = row["kind"]
        let type: String = row["item_type"]
        guard let kind = StoredAlarm.Kind(rawValue: kind), let type = ItemType(rawValue: type) else {
            throw DatabaseError(message: "\(type) of a \(kind) is nothing that an alarm's history holds")
        }
        self.init(
            region: row["region"], alarmName: row["alarm_name"], kind: kind,
            time: Timestamp(milliseconds: row["time"]), type: type, summary: row["summary"], data: row["data"])
        self.id = row["id"]
    }
}

/// Which lines of histories to read. Everything that is set must hold.
package struct AlarmHistoryFilter: Sendable {
    package var alarmName: String?
    /// As the wire spells it.
    package var itemType: String?
    package var kinds: [StoredAlarm.Kind] = StoredAlarm.Kind.allCases
    /// Inclusive.
    package var from: Timestamp?
    /// Inclusive.
    package var until: Timestamp?
    package var isNewestFirst = true
    /// The item after which the page begins.
    package var after: Int64?

    package init() {}
}

extension StoreSnapshot {
    package func alarmHistory(region: String, _ filter: AlarmHistoryFilter, limit: Int) throws
        -> [StoredAlarmHistoryItem]
    {
        var conditions = ["region = :region"]
        var arguments: StatementArguments = ["region": region, "limit": limit]
        func require(_ condition: String, _ name: String, _ value: (any DatabaseValueConvertible)?) {
            guard let value else { return }
            conditions.append(condition)
            arguments += [name: value]
        }
        require("alarm_name = :alarm", "alarm", filter.alarmName)
        require("item_type = :type", "type", filter.itemType)
        require("time >= :from", "from", filter.from?.milliseconds)
        require("time <= :until", "until", filter.until?.milliseconds)
        require(filter.isNewestFirst ? "id < :after" : "id > :after", "after", filter.after)
        conditions.append("kind IN (\(filter.kinds.map { "'\($0.rawValue)'" }.joined(separator: ", ")))")
        return try Row.all(
            self.database,
            sql: """
                SELECT * FROM cloudwatch_alarm_history WHERE \(conditions.joined(separator: " AND "))
                ORDER BY id \(filter.isNewestFirst ? "DESC" : "ASC") LIMIT :limit
                """,
            arguments: arguments
        ).map(StoredAlarmHistoryItem.init(row:))
    }
}

extension StoreTransaction {
    package func append(_ item: StoredAlarmHistoryItem) throws {
        try self.database.run(
            sql: """
                INSERT INTO cloudwatch_alarm_history (region, alarm_name, kind, time, item_type, summary, data)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                item.region, item.alarmName, item.kind.rawValue, item.time.milliseconds, item.type.rawValue,
                item.summary, item.data,
            ])
    }

    package func deleteAlarmHistory(before time: Timestamp) throws {
        try self.database.run(
            sql: "DELETE FROM cloudwatch_alarm_history WHERE time < ?", arguments: [time.milliseconds])
    }
}
