internal import GRDB

extension Migration {
    /// Alarms stand in the main file, because deployments depend on them; metrics have a file of their own.
    static let cloudWatch: [Migration] = [
        Migration("cloudwatch-1") { database in
            try database.execute(
                sql: """
                    CREATE TABLE cloudwatch_alarms (
                        region TEXT NOT NULL,
                        name TEXT NOT NULL,
                        kind TEXT NOT NULL CHECK (kind IN ('MetricAlarm', 'CompositeAlarm')),
                        -- MetricAlarm or CompositeAlarm, without its state.
                        configuration TEXT NOT NULL,
                        configured_at INTEGER NOT NULL,
                        actions_enabled INTEGER NOT NULL,
                        state TEXT NOT NULL CHECK (state IN ('OK', 'ALARM', 'INSUFFICIENT_DATA')),
                        reason TEXT NOT NULL,
                        reason_data TEXT,
                        state_updated_at INTEGER NOT NULL,
                        state_transitioned_at INTEGER NOT NULL,
                        -- Not evaluated before: set by hand.
                        held_until INTEGER,
                        tags TEXT NOT NULL,
                        -- JSON array of PendingAlarmAction.
                        pending_actions TEXT NOT NULL DEFAULT '[]',
                        PRIMARY KEY (region, name)
                    ) WITHOUT ROWID;
                    CREATE INDEX cloudwatch_alarms_pending ON cloudwatch_alarms (region, name)
                        WHERE pending_actions <> '[]';
                    -- Outlives the alarm.
                    CREATE TABLE cloudwatch_alarm_history (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        region TEXT NOT NULL,
                        alarm_name TEXT NOT NULL,
                        kind TEXT NOT NULL,
                        time INTEGER NOT NULL,
                        item_type TEXT NOT NULL CHECK (item_type IN ('ConfigurationUpdate', 'StateUpdate', 'Action')),
                        summary TEXT NOT NULL,
                        data TEXT NOT NULL
                    );
                    CREATE INDEX cloudwatch_alarm_history_of_alarm ON cloudwatch_alarm_history (region, alarm_name, id);
                    CREATE INDEX cloudwatch_alarm_history_by_time ON cloudwatch_alarm_history (time);
                    """)
        }
    ]

    /// Of `metrics.db`.
    static let metricStore: [Migration] = [
        Migration("metrics-1") { database in
            try database.execute(
                sql: """
                    CREATE TABLE metrics (
                        id INTEGER PRIMARY KEY,
                        region TEXT NOT NULL,
                        namespace TEXT NOT NULL,
                        name TEXT NOT NULL,
                        -- JSON array of name and value, by name.
                        dimensions TEXT NOT NULL,
                        last_received_at INTEGER NOT NULL,
                        UNIQUE (region, namespace, name, dimensions)
                    );
                    CREATE TABLE metric_data (
                        metric_id INTEGER NOT NULL REFERENCES metrics (id) ON DELETE CASCADE,
                        -- Milliseconds; a multiple of the tier's length.
                        start INTEGER NOT NULL,
                        -- Seconds.
                        tier INTEGER NOT NULL CHECK (tier IN (1, 60, 300, 3600)),
                        unit TEXT NOT NULL,
                        count REAL NOT NULL,
                        sum REAL NOT NULL,
                        minimum REAL NOT NULL,
                        maximum REAL NOT NULL,
                        -- Pairs of value and count; absent where they are not known.
                        distribution BLOB,
                        PRIMARY KEY (metric_id, start, tier, unit)
                    ) WITHOUT ROWID;
                    CREATE INDEX metric_data_by_age ON metric_data (tier, start);
                    """)
        }
    ]
}
