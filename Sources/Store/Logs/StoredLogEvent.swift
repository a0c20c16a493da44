internal import GRDB
package import Model

package struct StoredLogEvent: Equatable, Sendable {
    /// Grows with ingestion, over all streams; never reused.
    package let id: Int64
    package let streamName: String
    package let time: Timestamp
    package let ingestedAt: Timestamp
    package let message: String

    /// Its place among the events of its stream or group.
    package var position: LogPosition { LogPosition(time: self.time, id: self.id) }

    init(row: Row) {
        self.id = row["id"]
        self.streamName = row["stream_name"]
        self.time = Timestamp(milliseconds: row["time"])
        self.ingestedAt = Timestamp(milliseconds: row["ingested_at"])
        self.message = row["message"]
    }
}

/// Where an event stands in the order in which events are read: by time, then by ingestion.
package struct LogPosition: Hashable, Comparable, Sendable {
    package let time: Timestamp
    package let id: Int64

    package init(time: Timestamp, id: Int64) {
        self.time = time
        self.id = id
    }

    package static func < (left: LogPosition, right: LogPosition) -> Bool {
        (left.time, left.id) < (right.time, right.id)
    }
}

/// Which events to read.
package struct LogQuery: Sendable {
    package enum Direction: Sendable {
        /// Ascending, after the position, or from the first event.
        case forward(after: LogPosition?)
        /// Descending, before the position, or from the last event.
        case backward(before: LogPosition?)
    }

    package var groupID: Int64
    /// `nil` for every stream of the group.
    package var streamIDs: [Int64]?
    /// Inclusive.
    package var from: Timestamp?
    /// Exclusive.
    package var until: Timestamp?
    package var direction: Direction
    package var limit: Int

    package init(
        groupID: Int64, streamIDs: [Int64]?, from: Timestamp?, until: Timestamp?, direction: Direction, limit: Int
    ) {
        self.groupID = groupID
        self.streamIDs = streamIDs
        self.from = from
        self.until = until
        self.direction = direction
        self.limit = limit
    }
}

extension LogSnapshot {
    /// In the query's direction.
    package func logEvents(_ query: LogQuery) throws -> [StoredLogEvent] {
        var conditions = ["e.group_id = ?"]
        var arguments: StatementArguments = [query.groupID]
        if let streams = query.streamIDs {
            conditions.append("e.stream_id IN (\(streams.map { _ in "?" }.joined(separator: ", ")))")
            for stream in streams { arguments += [stream] }
        }
        if let from = query.from {
            conditions.append("e.time >= ?")
            arguments += [from.milliseconds]
        }
        if let until = query.until {
            conditions.append("e.time < ?")
            arguments += [until.milliseconds]
        }
        let order: String
        switch query.direction {
        case .forward(let position):
            order = "e.time, e.id"
            if let position {
                conditions.append("(e.time, e.id) > (?, ?)")
                arguments += [position.time.milliseconds, position.id]
            }
        case .backward(let position):
            order = "e.time DESC, e.id DESC"
            if let position {
                conditions.append("(e.time, e.id) < (?, ?)")
                arguments += [position.time.milliseconds, position.id]
            }
        }
        arguments += [query.limit]
        return try Row.fetchAll(
            self.database,
            sql: """
                SELECT e.*, s.name AS stream_name FROM log_events e JOIN log_streams s ON s.id = e.stream_id
                WHERE \(conditions.joined(separator: " AND ")) ORDER BY \(order) LIMIT ?
                """, arguments: arguments
        ).map(StoredLogEvent.init(row:))
    }
}

extension LogTransaction {
    package func appendLogEvents(
        _ events: [(time: Timestamp, message: String)], to stream: StoredLogStream, at now: Timestamp
    ) throws {
        guard let first = events.first, let last = events.last else { return }
        let insert = try self.database.cachedStatement(
            sql: "INSERT INTO log_events (stream_id, group_id, time, ingested_at, message) VALUES (?, ?, ?, ?, ?)")
        var size = 0
        for event in events {
            try insert.execute(
                arguments: [stream.id, stream.groupID, event.time.milliseconds, now.milliseconds, event.message])
            size += event.message.utf8.count + 26
        }
        try self.database.execute(
            sql: """
                UPDATE log_streams SET first_event_at = MIN(COALESCE(first_event_at, ?1), ?1),
                    last_event_at = MAX(COALESCE(last_event_at, ?2), ?2), last_ingested_at = ?3
                WHERE id = ?4
                """, arguments: [first.time.milliseconds, last.time.milliseconds, now.milliseconds, stream.id])
        try self.database.execute(
            sql: "UPDATE log_groups SET stored_bytes = stored_bytes + ? WHERE id = ?",
            arguments: [size, stream.groupID])
    }

    /// Removes a group's events from before a moment, at most so many at a time, oldest first.
    /// - Returns: how many it removed.
    package func expireLogEvents(ofLogGroup id: Int64, before time: Timestamp, limit: Int) throws -> Int {
        let last = try Row.fetchAll(
            self.database,
            sql: """
                SELECT id, LENGTH(CAST(message AS BLOB)) + 26 AS size FROM log_events WHERE group_id = ? AND time < ?
                ORDER BY time, id LIMIT ?
                """, arguments: [id, time.milliseconds, limit])
        let delete = try self.database.cachedStatement(sql: "DELETE FROM log_events WHERE id = ?")
        var size = 0
        for row in last {
            let eventID: Int64 = row["id"]
            let eventSize: Int = row["size"]
            try delete.execute(arguments: [eventID])
            size += eventSize
        }
        try self.database.execute(
            sql: "UPDATE log_groups SET stored_bytes = stored_bytes - ? WHERE id = ?", arguments: [size, id])
        return last.count
    }
}
