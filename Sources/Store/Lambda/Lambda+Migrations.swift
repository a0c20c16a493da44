internal import GRDB

extension Migration {
    static let lambda: [Migration] = [
        Migration("lambda-1") { database in
            try database.execute(
                sql: """
                    CREATE TABLE lambda_functions (
                        region TEXT NOT NULL,
                        name TEXT NOT NULL,
                        reserved_concurrency INTEGER CHECK (reserved_concurrency >= 0),
                        last_version INTEGER NOT NULL DEFAULT 0,
                        tags TEXT NOT NULL,
                        PRIMARY KEY (region, name)
                    );
                    CREATE TABLE lambda_versions (
                        region TEXT NOT NULL,
                        name TEXT NOT NULL,
                        version TEXT NOT NULL,
                        code_sha TEXT NOT NULL,
                        body TEXT NOT NULL,
                        PRIMARY KEY (region, name, version),
                        FOREIGN KEY (region, name) REFERENCES lambda_functions (region, name) ON DELETE CASCADE
                    );
                    CREATE TABLE lambda_aliases (
                        region TEXT NOT NULL,
                        name TEXT NOT NULL,
                        alias TEXT NOT NULL,
                        version TEXT NOT NULL,
                        description TEXT NOT NULL,
                        revision_id TEXT NOT NULL,
                        PRIMARY KEY (region, name, alias),
                        FOREIGN KEY (region, name, version) REFERENCES lambda_versions (region, name, version),
                        FOREIGN KEY (region, name) REFERENCES lambda_functions (region, name) ON DELETE CASCADE
                    );
                    CREATE TABLE lambda_permissions (
                        region TEXT NOT NULL,
                        name TEXT NOT NULL,
                        qualifier TEXT NOT NULL,
                        statement_id TEXT NOT NULL,
                        statement TEXT NOT NULL,
                        PRIMARY KEY (region, name, qualifier, statement_id),
                        FOREIGN KEY (region, name) REFERENCES lambda_functions (region, name) ON DELETE CASCADE
                    );
                    CREATE TABLE lambda_event_invoke_configs (
                        region TEXT NOT NULL,
                        name TEXT NOT NULL,
                        qualifier TEXT NOT NULL,
                        maximum_retries INTEGER,
                        maximum_age INTEGER,
                        modified_at INTEGER NOT NULL,
                        PRIMARY KEY (region, name, qualifier),
                        FOREIGN KEY (region, name) REFERENCES lambda_functions (region, name) ON DELETE CASCADE
                    );
                    CREATE TABLE lambda_invocations (
                        request_id TEXT PRIMARY KEY,
                        account TEXT NOT NULL,
                        region TEXT NOT NULL,
                        name TEXT NOT NULL,
                        qualifier TEXT,
                        payload BLOB NOT NULL,
                        client_context TEXT,
                        trace_id TEXT NOT NULL,
                        retries_on_error INTEGER,
                        accepted_at INTEGER NOT NULL,
                        failures INTEGER NOT NULL DEFAULT 0,
                        postponements INTEGER NOT NULL DEFAULT 0,
                        next_attempt_at INTEGER NOT NULL
                    );
                    CREATE INDEX lambda_invocations_due ON lambda_invocations (next_attempt_at);
                    """)
        }
    ]
}
