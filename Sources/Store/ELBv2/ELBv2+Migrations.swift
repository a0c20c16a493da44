internal import GRDB

extension Migration {
    static let elbv2: [Migration] = [
        Migration("elbv2-1") { database in
            try database.execute(
                sql: """
                    CREATE TABLE elbv2_load_balancers (
                        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
                        arn TEXT NOT NULL UNIQUE,
                        region TEXT NOT NULL,
                        name TEXT NOT NULL,
                        dns_name TEXT NOT NULL UNIQUE,
                        body TEXT NOT NULL,
                        attributes TEXT NOT NULL,
                        tags TEXT NOT NULL,
                        UNIQUE (region, name)
                    );
                    CREATE TABLE elbv2_target_groups (
                        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
                        arn TEXT NOT NULL UNIQUE,
                        region TEXT NOT NULL,
                        name TEXT NOT NULL,
                        body TEXT NOT NULL,
                        attributes TEXT NOT NULL,
                        tags TEXT NOT NULL,
                        UNIQUE (region, name)
                    );
                    CREATE TABLE elbv2_listeners (
                        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
                        arn TEXT NOT NULL UNIQUE,
                        load_balancer_arn TEXT NOT NULL REFERENCES elbv2_load_balancers (arn) ON DELETE CASCADE,
                        port INTEGER NOT NULL CHECK (port BETWEEN 1 AND 65535),
                        body TEXT NOT NULL,
                        attributes TEXT NOT NULL,
                        tags TEXT NOT NULL,
                        UNIQUE (load_balancer_arn, port)
                    );
                    CREATE TABLE elbv2_rules (
                        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
                        arn TEXT NOT NULL UNIQUE,
                        listener_arn TEXT NOT NULL REFERENCES elbv2_listeners (arn) ON DELETE CASCADE,
                        -- NULL is the default rule. Negative only while priorities change places within one transaction.
                        priority INTEGER CHECK (priority BETWEEN -50000 AND 50000 AND priority <> 0),
                        body TEXT NOT NULL,
                        tags TEXT NOT NULL,
                        UNIQUE (listener_arn, priority)
                    );
                    CREATE UNIQUE INDEX elbv2_one_default_rule ON elbv2_rules (listener_arn) WHERE priority IS NULL;
                    -- Which rules name a target group. It keeps a target group from being deleted while it is in use.
                    CREATE TABLE elbv2_rule_target_groups (
                        rule_arn TEXT NOT NULL REFERENCES elbv2_rules (arn) ON DELETE CASCADE,
                        target_group_arn TEXT NOT NULL REFERENCES elbv2_target_groups (arn),
                        PRIMARY KEY (rule_arn, target_group_arn)
                    ) WITHOUT ROWID;
                    CREATE INDEX elbv2_rules_of_target_group ON elbv2_rule_target_groups (target_group_arn);
                    CREATE TABLE elbv2_targets (
                        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
                        target_group_arn TEXT NOT NULL REFERENCES elbv2_target_groups (arn) ON DELETE CASCADE,
                        target_id TEXT NOT NULL,
                        port INTEGER NOT NULL CHECK (port BETWEEN 1 AND 65535),
                        availability_zone TEXT,
                        registered_at INTEGER NOT NULL,
                        -- Milliseconds since the epoch; NULL while the target is registered.
                        draining_until INTEGER,
                        UNIQUE (target_group_arn, target_id, port)
                    );
                    CREATE INDEX elbv2_draining_targets ON elbv2_targets (draining_until) WHERE draining_until IS NOT NULL;
                    -- One row: how often routing has changed in the life of this file.
                    CREATE TABLE elbv2_routing (
                        id INTEGER PRIMARY KEY CHECK (id = 1),
                        generation INTEGER NOT NULL
                    );
                    INSERT INTO elbv2_routing (id, generation) VALUES (1, 0);
                    """)
        }
    ]
}
