internal import GRDB

extension Migration {
    static let codeDeploy: [Migration] = [
        Migration("codedeploy-1") { database in
            try database.execute(
                sql: """
                    CREATE TABLE codedeploy_applications (
                        id TEXT PRIMARY KEY,
                        region TEXT NOT NULL,
                        name TEXT NOT NULL,
                        compute_platform TEXT NOT NULL CHECK (compute_platform IN ('Server', 'Lambda', 'ECS')),
                        created_at INTEGER NOT NULL,
                        tags TEXT NOT NULL,
                        UNIQUE (region, name)
                    ) WITHOUT ROWID;
                    CREATE TABLE codedeploy_configs (
                        id TEXT PRIMARY KEY,
                        region TEXT NOT NULL,
                        name TEXT NOT NULL,
                        body TEXT NOT NULL,
                        UNIQUE (region, name)
                    ) WITHOUT ROWID;
                    CREATE TABLE codedeploy_groups (
                        id TEXT PRIMARY KEY,
                        application_id TEXT NOT NULL REFERENCES codedeploy_applications (id) ON DELETE CASCADE,
                        region TEXT NOT NULL,
                        name TEXT NOT NULL,
                        -- CLUSTER:SERVICE, plain names. A service belongs to one group only.
                        service TEXT NOT NULL,
                        config_name TEXT NOT NULL,
                        body TEXT NOT NULL,
                        tags TEXT NOT NULL,
                        UNIQUE (application_id, name),
                        UNIQUE (region, service)
                    ) WITHOUT ROWID;
                    CREATE TABLE codedeploy_revisions (
                        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
                        application_id TEXT NOT NULL REFERENCES codedeploy_applications (id) ON DELETE CASCADE,
                        -- Hexadecimal digest of the content.
                        sha256 TEXT NOT NULL,
                        body TEXT NOT NULL,
                        description TEXT,
                        registered_at INTEGER NOT NULL,
                        first_used_at INTEGER,
                        last_used_at INTEGER,
                        UNIQUE (application_id, sha256)
                    );
                    CREATE TABLE codedeploy_deployments (
                        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
                        id TEXT NOT NULL UNIQUE,
                        account TEXT NOT NULL,
                        region TEXT NOT NULL,
                        application_name TEXT NOT NULL,
                        group_name TEXT NOT NULL,
                        -- NULL once the group has been deleted.
                        group_id TEXT REFERENCES codedeploy_groups (id) ON DELETE SET NULL,
                        service TEXT NOT NULL,
                        status TEXT NOT NULL,
                        is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),
                        created_at INTEGER NOT NULL,
                        completed_at INTEGER,
                        machine TEXT NOT NULL,
                        route TEXT NOT NULL,
                        body TEXT NOT NULL
                    );
                    CREATE UNIQUE INDEX codedeploy_one_active_deployment
                        ON codedeploy_deployments (region, service) WHERE is_active;
                    CREATE INDEX codedeploy_deployments_of_group ON codedeploy_deployments (group_id, sequence);
                    """)
        }
    ]
}
