internal import GRDB

// The store asks the same few hundred statements again and again: each is compiled once for a connection.

extension Row {
    static func all(_ database: Database, sql: String, arguments: StatementArguments = StatementArguments()) throws
        -> [Row]
    {
        try SQLRequest<Row>(sql: sql, arguments: arguments, cached: true).fetchAll(database)
    }

    static func first(_ database: Database, sql: String, arguments: StatementArguments = StatementArguments()) throws
        -> Row?
    {
        try SQLRequest<Row>(sql: sql, arguments: arguments, cached: true).fetchOne(database)
    }
}

extension DatabaseValueConvertible where Self: StatementColumnConvertible {
    static func all(_ database: Database, sql: String, arguments: StatementArguments = StatementArguments()) throws
        -> [Self]
    {
        try SQLRequest<Self>(sql: sql, arguments: arguments, cached: true).fetchAll(database)
    }

    static func first(_ database: Database, sql: String, arguments: StatementArguments = StatementArguments()) throws
        -> Self?
    {
        try SQLRequest<Self>(sql: sql, arguments: arguments, cached: true).fetchOne(database)
    }
}

extension DatabaseValueConvertible where Self: StatementColumnConvertible & Hashable {
    static func set(_ database: Database, sql: String, arguments: StatementArguments = StatementArguments()) throws
        -> Set<Self>
    {
        try SQLRequest<Self>(sql: sql, arguments: arguments, cached: true).fetchSet(database)
    }
}

extension Database {
    /// Executes one statement that answers no row.
    func run(sql: String, arguments: StatementArguments = StatementArguments()) throws {
        try self.cachedStatement(sql: sql).execute(arguments: arguments)
    }
}
