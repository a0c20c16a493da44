internal import GRDB

extension Migration {
    static let iam: [Migration] = [
        Migration("iam.1-role-sessions") { database in
            try database.create(table: "iam_role_sessions") { table in
                table.primaryKey("access_key_id", .text)
                table.column("secret_access_key", .text).notNull()
                table.column("session_token", .text).notNull().unique()
                table.column("principal", .text).notNull()
                table.column("expiration", .integer).notNull().indexed()
            }
        },
        Migration("iam.2-identities") { database in
            try database.execute(sql: Self.identityTables)
        },
        Migration("iam.3-session-tags") { database in
            try database.alter(table: "iam_role_sessions") { table in
                table.add(column: "tags", .text).notNull().defaults(to: "{}")
                table.add(column: "source_identity", .text)
            }
        },
    ]

    /// Names are unique whatever their case, as in IAM.
    private static let identityTables = """
        CREATE TABLE iam_identities (
            account TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('role', 'user')), name TEXT NOT NULL COLLATE NOCASE,
            path TEXT NOT NULL, id TEXT NOT NULL UNIQUE, arn TEXT NOT NULL UNIQUE, created INTEGER NOT NULL, tags TEXT NOT NULL,
            trust_policy TEXT, description TEXT, max_session_duration INTEGER, permissions_boundary TEXT,
            PRIMARY KEY (account, kind, name)
        );
        CREATE TABLE iam_inline_policies (
            account TEXT NOT NULL, kind TEXT NOT NULL, owner TEXT NOT NULL COLLATE NOCASE, name TEXT NOT NULL, document TEXT NOT NULL,
            PRIMARY KEY (account, kind, owner, name),
            FOREIGN KEY (account, kind, owner) REFERENCES iam_identities (account, kind, name) ON UPDATE CASCADE
        );
        CREATE TABLE iam_attached_policies (
            account TEXT NOT NULL, kind TEXT NOT NULL, owner TEXT NOT NULL COLLATE NOCASE, policy_arn TEXT NOT NULL,
            PRIMARY KEY (account, kind, owner, policy_arn),
            FOREIGN KEY (account, kind, owner) REFERENCES iam_identities (account, kind, name) ON UPDATE CASCADE
        );
        CREATE INDEX iam_attached_policies_by_arn ON iam_attached_policies (policy_arn);
        CREATE TABLE iam_policies (
            arn TEXT PRIMARY KEY, account TEXT NOT NULL, name TEXT NOT NULL COLLATE NOCASE, path TEXT NOT NULL,
            id TEXT NOT NULL UNIQUE, description TEXT, created INTEGER NOT NULL, updated INTEGER NOT NULL, tags TEXT NOT NULL,
            default_version INTEGER NOT NULL, next_version INTEGER NOT NULL,
            UNIQUE (account, name)
        );
        CREATE TABLE iam_policy_versions (
            policy_arn TEXT NOT NULL REFERENCES iam_policies (arn) ON DELETE CASCADE, number INTEGER NOT NULL,
            document TEXT NOT NULL, created INTEGER NOT NULL,
            PRIMARY KEY (policy_arn, number)
        );
        CREATE TABLE iam_instance_profiles (
            account TEXT NOT NULL, name TEXT NOT NULL COLLATE NOCASE, path TEXT NOT NULL, id TEXT NOT NULL UNIQUE,
            arn TEXT NOT NULL UNIQUE, created INTEGER NOT NULL, tags TEXT NOT NULL,
            kind TEXT NOT NULL DEFAULT 'role' CHECK (kind = 'role'), role TEXT COLLATE NOCASE,
            PRIMARY KEY (account, name),
            FOREIGN KEY (account, kind, role) REFERENCES iam_identities (account, kind, name) ON UPDATE CASCADE
        );
        CREATE TABLE iam_access_keys (
            access_key_id TEXT PRIMARY KEY, account TEXT NOT NULL, kind TEXT NOT NULL DEFAULT 'user' CHECK (kind = 'user'),
            user TEXT NOT NULL COLLATE NOCASE, secret_access_key TEXT NOT NULL, is_active INTEGER NOT NULL, created INTEGER NOT NULL,
            FOREIGN KEY (account, kind, user) REFERENCES iam_identities (account, kind, name) ON UPDATE CASCADE
        );
        CREATE TABLE iam_role_deletions (task_id TEXT PRIMARY KEY, account TEXT NOT NULL, created INTEGER NOT NULL);
        """
}
