internal import GRDB

// The store asks the same few hundred statements again and again: each is compiled once for a connection.

extension Row {
    static func all(_ database: Database, sql: String, arguments: StatementArguments = StatementArguments()) throws
        -> FetchedRows
    {
        FetchedRows(statement: try database.cachedStatement(sql: sql), arguments: arguments)
    }

    static func first(_ database: Database, sql: String, arguments: StatementArguments = StatementArguments()) throws
        -> FirstFetchedRow
    {
        FirstFetchedRow(rows: try self.all(database, sql: sql, arguments: arguments))
    }
}

/// The rows that a statement answers, read where they stand: a copy of a row finds its columns by lower-casing every name.
struct FetchedRows {
    fileprivate let statement: Statement
    fileprivate let arguments: StatementArguments

    func map<Value>(_ transform: (Row) throws -> Value) throws -> [Value] {
        var values: [Value] = []
        try self.withCursor { rows in
            while let row = try rows.next() { values.append(try transform(row)) }
        }
        return values
    }

    /// A row can be read as long as its cursor lives.
    fileprivate func withCursor<Result>(_ body: (RowCursor) throws -> Result) throws -> Result {
        let rows = try Row.fetchCursor(self.statement, arguments: self.arguments)
        return try withExtendedLifetime(rows) { try body(rows) }
    }
}

/// The first of them, if there is one.
struct FirstFetchedRow {
    fileprivate let rows: FetchedRows

    func map<Value>(_ transform: (Row) throws -> Value) throws -> Value? {
        try self.rows.withCursor { try $0.next().map(transform) }
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
