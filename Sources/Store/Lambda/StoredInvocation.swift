internal import FoundationEssentials
internal import GRDB
package import Model

/// An asynchronous invocation that has not come to its end. It runs again after a crash, with the same request id.
package struct StoredInvocation: Equatable, Sendable {
    package let requestID: String
    package let scope: Scope
    package let name: String
    /// As the caller named it, or `nil`.
    package let qualifier: String?
    package let payload: [UInt8]
    package let clientContext: String?
    package let traceID: String
    /// Retries after a function error that the caller's kind prescribes; `nil` for the function's own setting.
    package let retriesOnError: Int?
    package let acceptedAt: Timestamp
    /// Attempts that ended in a function error.
    package var failures: Int
    /// Attempts in a row that were throttled or met a fault of ours.
    package var postponements: Int
    package var nextAttemptAt: Timestamp

    package init(
        requestID: String, scope: Scope, name: String, qualifier: String?, payload: [UInt8], clientContext: String?,
        traceID: String, retriesOnError: Int?, acceptedAt: Timestamp, failures: Int = 0, postponements: Int = 0,
        nextAttemptAt: Timestamp
    ) {
        self.requestID = requestID
        self.scope = scope
        self.name = name
        self.qualifier = qualifier
        self.payload = payload
        self.clientContext = clientContext
        self.traceID = traceID
        self.retriesOnError = retriesOnError
        self.acceptedAt = acceptedAt
        self.failures = failures
        self.postponements = postponements
        self.nextAttemptAt = nextAttemptAt
    }

    init(row: Row) {
        let payload: Data = row["payload"]
        self.init(
            requestID: row["request_id"], scope: Scope(account: row["account"], region: row["region"]),
            name: row["name"],
            qualifier: row["qualifier"], payload: Array(payload), clientContext: row["client_context"],
            traceID: row["trace_id"], retriesOnError: row["retries_on_error"],
            acceptedAt: Timestamp(milliseconds: row["accepted_at"]), failures: row["failures"],
            postponements: row["postponements"], nextAttemptAt: Timestamp(milliseconds: row["next_attempt_at"]))
    }
}

extension StoreSnapshot {
    /// Those whose time has come, oldest first, without the given ones.
    package func dueInvocations(at now: Timestamp, except running: Set<String>, limit: Int) throws -> [StoredInvocation]
    {
        let rows = try Row.all(
            self.database,
            sql: "SELECT * FROM lambda_invocations WHERE next_attempt_at <= ? ORDER BY next_attempt_at, rowid LIMIT ?",
            arguments: [now.milliseconds, limit + running.count])
        return Array(try rows.map(StoredInvocation.init(row:)).filter { !running.contains($0.requestID) }.prefix(limit))
    }

    /// When the next invocation that is not due yet becomes due.
    package func nextInvocationTime(after now: Timestamp) throws -> Timestamp? {
        try Int64.first(
            self.database, sql: "SELECT MIN(next_attempt_at) FROM lambda_invocations WHERE next_attempt_at > ?",
            arguments: [now.milliseconds]
        ).map(Timestamp.init(milliseconds:))
    }
}

extension StoreTransaction {
    package func insert(_ invocation: StoredInvocation) throws {
        try self.database.run(
            sql: """
                INSERT INTO lambda_invocations (request_id, account, region, name, qualifier, payload, client_context, trace_id,
                    retries_on_error, accepted_at, failures, postponements, next_attempt_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                invocation.requestID, invocation.scope.account, invocation.scope.region, invocation.name,
                invocation.qualifier,
                Data(invocation.payload), invocation.clientContext, invocation.traceID, invocation.retriesOnError,
                invocation.acceptedAt.milliseconds, invocation.failures, invocation.postponements,
                invocation.nextAttemptAt.milliseconds,
            ])
        self.changed(.invocations)
    }

    package func postpone(_ invocation: StoredInvocation) throws {
        try self.database.run(
            sql:
                "UPDATE lambda_invocations SET failures = ?, postponements = ?, next_attempt_at = ? WHERE request_id = ?",
            arguments: [
                invocation.failures, invocation.postponements, invocation.nextAttemptAt.milliseconds,
                invocation.requestID,
            ])
        self.changed(.invocations)
    }

    package func deleteInvocation(requestID: String) throws {
        try self.database.run(sql: "DELETE FROM lambda_invocations WHERE request_id = ?", arguments: [requestID])
        self.changed(.invocations)
    }
}
