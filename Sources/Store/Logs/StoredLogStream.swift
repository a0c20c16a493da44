internal import GRDB
package import Model

package struct StoredLogStream: Equatable, Sendable {
    /// Given by the store.
    package let id: Int64
    package let groupID: Int64
    package let name: String
    package let createdAt: Timestamp
    package let firstEventAt: Timestamp?
    package let lastEventAt: Timestamp?
    package let lastIngestedAt: Timestamp?
    /// How far the output that this stream is made of has been stored; `nil` where its events came through the API.
    package let sourcePosition: String?

    init(row: Row) {
        let first: Int64? = row["first_event_at"]
        let last: Int64? = row["last_event_at"]
        let ingested: Int64? = row["last_ingested_at"]
        self.id = row["id"]
        self.groupID = row["group_id"]
        self.name = row["name"]
        self.createdAt = Timestamp(milliseconds: row["created_at"])
        self.firstEventAt = first.map(Timestamp.init(milliseconds:))
        self.lastEventAt = last.map(Timestamp.init(milliseconds:))
        self.lastIngestedAt = ingested.map(Timestamp.init(milliseconds:))
        self.sourcePosition = row["source_position"]
    }
}

extension LogSnapshot {
    package func logStream(groupID: Int64, name: String) throws -> StoredLogStream? {
        try Row.fetchOne(
            self.database, sql: "SELECT * FROM log_streams WHERE group_id = ? AND name = ?", arguments: [groupID, name]
        ).map(StoredLogStream.init(row:))
    }

    /// By name, in ASCII order.
    package func logStreams(groupID: Int64) throws -> [StoredLogStream] {
        try Row.fetchAll(
            self.database, sql: "SELECT * FROM log_streams WHERE group_id = ? ORDER BY name", arguments: [groupID]
        ).map(StoredLogStream.init(row:))
    }
}

extension LogTransaction {
    package func insertLogStream(groupID: Int64, name: String, createdAt: Timestamp) throws {
        try self.database.execute(
            sql: "INSERT INTO log_streams (group_id, name, created_at) VALUES (?, ?, ?)",
            arguments: [groupID, name, createdAt.milliseconds])
    }

    package func setSourcePosition(_ position: String, of stream: StoredLogStream) throws {
        try self.database.execute(
            sql: "UPDATE log_streams SET source_position = ? WHERE id = ?", arguments: [position, stream.id])
    }

    /// With its events.
    package func deleteLogStream(_ stream: StoredLogStream) throws {
        try self.database.execute(
            sql: """
                UPDATE log_groups SET stored_bytes = stored_bytes - (
                    SELECT COALESCE(SUM(LENGTH(CAST(message AS BLOB)) + 26), 0) FROM log_events WHERE stream_id = ?)
                WHERE id = ?
                """, arguments: [stream.id, stream.groupID])
        try self.database.execute(sql: "DELETE FROM log_streams WHERE id = ?", arguments: [stream.id])
    }
}
