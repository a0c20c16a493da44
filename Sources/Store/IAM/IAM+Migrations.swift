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
        }
    ]
}
