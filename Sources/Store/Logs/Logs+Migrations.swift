internal import GRDB

extension Migration {
    /// Logs have a file of their own (`LogStore`); the main file has nothing of them.
    static let logs: [Migration] = []

    /// Of `logs.db`.
    static let logStore: [Migration] = [
        Migration("logs-1") { database in
            try database.execute(
                sql: """
                    CREATE TABLE log_groups (
                        id INTEGER PRIMARY KEY,
                        region TEXT NOT NULL,
                        name TEXT NOT NULL,
                        created_at INTEGER NOT NULL,
                        retention_days INTEGER CHECK (retention_days > 0),
                        class TEXT NOT NULL,
                        deletion_protected INTEGER NOT NULL,
                        stored_bytes INTEGER NOT NULL DEFAULT 0,
                        tags TEXT NOT NULL,
                        UNIQUE (region, name)
                    );
                    CREATE TABLE log_streams (
                        id INTEGER PRIMARY KEY,
                        group_id INTEGER NOT NULL REFERENCES log_groups (id) ON DELETE CASCADE,
                        name TEXT NOT NULL,
                        created_at INTEGER NOT NULL,
                        first_event_at INTEGER,
                        last_event_at INTEGER,
                        last_ingested_at INTEGER,
                        UNIQUE (group_id, name)
                    );
                    CREATE TABLE log_events (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        stream_id INTEGER NOT NULL REFERENCES log_streams (id) ON DELETE CASCADE,
                        group_id INTEGER NOT NULL,
                        time INTEGER NOT NULL,
                        ingested_at INTEGER NOT NULL,
                        message TEXT NOT NULL
                    );
                    CREATE INDEX log_events_of_stream ON log_events (stream_id, time, id);
                    CREATE INDEX log_events_of_group ON log_events (group_id, time, id);
                    """)
        },
        Migration("logs-2-source-positions") { database in
            try database.execute(sql: "ALTER TABLE log_streams ADD COLUMN source_position TEXT")
        },
    ]
}
