internal import GRDB

extension Migration {
    static let ecs: [Migration] = [
        Migration("ecs.1-clusters-services-tasks") { database in
            try database.execute(
                sql: """
                    CREATE TABLE ecs_clusters (
                        region TEXT NOT NULL, name TEXT NOT NULL,
                        status TEXT NOT NULL CHECK (status IN ('ACTIVE', 'INACTIVE')),
                        created_at INTEGER NOT NULL, body TEXT NOT NULL,
                        PRIMARY KEY (region, name)
                    ) STRICT;
                    CREATE TABLE ecs_task_definitions (
                        region TEXT NOT NULL, family TEXT NOT NULL, revision INTEGER NOT NULL CHECK (revision > 0),
                        status TEXT NOT NULL CHECK (status IN ('ACTIVE', 'INACTIVE', 'DELETE_IN_PROGRESS')),
                        body TEXT NOT NULL,
                        PRIMARY KEY (region, family, revision)
                    ) STRICT;
                    CREATE TABLE ecs_services (
                        region TEXT NOT NULL, cluster TEXT NOT NULL, name TEXT NOT NULL,
                        status TEXT NOT NULL CHECK (status IN ('ACTIVE', 'DRAINING', 'INACTIVE')),
                        controller TEXT NOT NULL CHECK (controller IN ('ECS', 'CODE_DEPLOY', 'EXTERNAL')),
                        desired_count INTEGER NOT NULL CHECK (desired_count >= 0),
                        created_at INTEGER NOT NULL, steady_since INTEGER, client_token TEXT, body TEXT NOT NULL,
                        PRIMARY KEY (region, cluster, name),
                        FOREIGN KEY (region, cluster) REFERENCES ecs_clusters (region, name)
                    ) STRICT;
                    CREATE TABLE ecs_service_revisions (
                        id TEXT NOT NULL PRIMARY KEY, region TEXT NOT NULL, cluster TEXT NOT NULL, service TEXT NOT NULL,
                        role TEXT NOT NULL CHECK (role IN ('PRIMARY', 'ACTIVE', 'DRAINING')),
                        scale REAL NOT NULL CHECK (scale BETWEEN 0 AND 100),
                        client_token TEXT, progress TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
                        body TEXT NOT NULL,
                        FOREIGN KEY (region, cluster, service) REFERENCES ecs_services (region, cluster, name) ON DELETE CASCADE
                    ) STRICT;
                    CREATE UNIQUE INDEX ecs_service_primary ON ecs_service_revisions (region, cluster, service) WHERE role = 'PRIMARY';
                    CREATE INDEX ecs_service_revision_owner ON ecs_service_revisions (region, cluster, service);
                    CREATE TABLE ecs_tasks (
                        id TEXT NOT NULL PRIMARY KEY, region TEXT NOT NULL, cluster TEXT NOT NULL, family TEXT NOT NULL,
                        service TEXT, revision TEXT, started_by TEXT, group_name TEXT NOT NULL, client_token TEXT,
                        last_status TEXT NOT NULL, desired_status TEXT NOT NULL CHECK (desired_status IN ('RUNNING', 'STOPPED')),
                        is_accounted INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL, stopped_at INTEGER,
                        machine TEXT NOT NULL, body TEXT NOT NULL
                    ) STRICT;
                    CREATE INDEX ecs_task_cluster ON ecs_tasks (region, cluster, desired_status);
                    CREATE INDEX ecs_task_service ON ecs_tasks (region, cluster, service) WHERE service IS NOT NULL;
                    CREATE INDEX ecs_task_live ON ecs_tasks (last_status) WHERE last_status <> 'STOPPED';
                    CREATE TABLE ecs_service_events (
                        id TEXT NOT NULL PRIMARY KEY, region TEXT NOT NULL, cluster TEXT NOT NULL, service TEXT NOT NULL,
                        position INTEGER NOT NULL, created_at INTEGER NOT NULL, message TEXT NOT NULL,
                        FOREIGN KEY (region, cluster, service) REFERENCES ecs_services (region, cluster, name) ON DELETE CASCADE
                    ) STRICT;
                    CREATE INDEX ecs_service_event_order ON ecs_service_events (region, cluster, service, position);
                    CREATE TABLE ecs_tags (
                        arn TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (arn, key)
                    ) STRICT;
                    """)
        },
        Migration("ecs.2-account-settings") { database in
            try database.execute(
                sql: """
                    CREATE TABLE ecs_account_settings (
                        region TEXT NOT NULL, principal TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
                        PRIMARY KEY (region, principal, name)
                    ) STRICT;
                    """)
        },
        Migration("ecs.3-instances-providers-protection") { database in
            try database.execute(
                sql: """
                    CREATE TABLE ecs_capacity_providers (
                        region TEXT NOT NULL, name TEXT NOT NULL, created_at INTEGER NOT NULL, body TEXT NOT NULL,
                        PRIMARY KEY (region, name)
                    ) STRICT;
                    CREATE TABLE ecs_instance_attributes (
                        region TEXT NOT NULL, cluster TEXT NOT NULL, name TEXT NOT NULL, value TEXT,
                        PRIMARY KEY (region, cluster, name),
                        FOREIGN KEY (region, cluster) REFERENCES ecs_clusters (region, name)
                    ) STRICT;
                    -- The highest revision that was ever deleted: its number is not given out again.
                    CREATE TABLE ecs_deleted_revisions (
                        region TEXT NOT NULL, family TEXT NOT NULL, revision INTEGER NOT NULL,
                        PRIMARY KEY (region, family)
                    ) STRICT;
                    CREATE INDEX ecs_task_definition_deletion ON ecs_task_definitions (region) WHERE status = 'DELETE_IN_PROGRESS';
                    ALTER TABLE ecs_tasks ADD COLUMN protected_until INTEGER;
                    """)
        },
        Migration("ecs.4-service-deployments") { database in
            try database.execute(
                sql: """
                    CREATE TABLE ecs_service_deployments (
                        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
                        id TEXT NOT NULL UNIQUE, region TEXT NOT NULL, cluster TEXT NOT NULL, service TEXT NOT NULL,
                        revision TEXT NOT NULL, status TEXT NOT NULL, is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),
                        is_rolling INTEGER NOT NULL CHECK (is_rolling IN (0, 1)),
                        created_at INTEGER NOT NULL, machine TEXT NOT NULL, sources TEXT NOT NULL, body TEXT NOT NULL,
                        FOREIGN KEY (region, cluster, service) REFERENCES ecs_services (region, cluster, name) ON DELETE CASCADE
                    ) STRICT;
                    CREATE INDEX ecs_service_deployment_owner ON ecs_service_deployments (region, cluster, service, sequence);
                    CREATE INDEX ecs_service_deployment_active ON ecs_service_deployments (sequence) WHERE is_active;
                    CREATE TABLE ecs_revision_records (
                        id TEXT NOT NULL PRIMARY KEY, region TEXT NOT NULL, cluster TEXT NOT NULL, service TEXT NOT NULL,
                        created_at INTEGER NOT NULL, body TEXT NOT NULL,
                        FOREIGN KEY (region, cluster, service) REFERENCES ecs_services (region, cluster, name) ON DELETE CASCADE
                    ) STRICT;
                    CREATE INDEX ecs_revision_record_owner ON ecs_revision_records (region, cluster, service);
                    """)
        },
        Migration("ecs.5-revision-images") { database in
            try database.execute(
                sql: """
                    CREATE TABLE ecs_revision_images (
                        revision TEXT NOT NULL, container TEXT NOT NULL,
                        region TEXT NOT NULL, cluster TEXT NOT NULL, service TEXT NOT NULL, digest TEXT NOT NULL,
                        PRIMARY KEY (revision, container),
                        FOREIGN KEY (region, cluster, service) REFERENCES ecs_services (region, cluster, name) ON DELETE CASCADE
                    ) STRICT;
                    CREATE INDEX ecs_revision_image_owner ON ecs_revision_images (region, cluster, service);
                    """)
        },
    ]
}
