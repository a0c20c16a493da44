import Foundation
import Logging
import Model
import Synchronization

@testable import FunctionRuntime

/// Remembers what functions logged.
final class LogRecorder: Sendable {
    private let events = Mutex<[FunctionLogEvent]>([])

    func record(_ event: FunctionLogEvent) { self.events.withLock { $0.append(event) } }
    var messages: [String] { self.events.withLock { $0.map(\.message) } }
    var streams: Set<String> { Set(self.events.withLock { $0.map(\.logStream) }) }
}

/// A running pool in a temporary folder, with functions made from source text.
struct PoolFixture {
    let pool: FunctionPool
    let log: LogRecorder
    let clock: AheadClock
    let root: String

    static func with(
        credentialsLast: Duration = .hours(1), _ body: @escaping @Sendable (PoolFixture) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { root in
            let fixture = Self.make(root: root, credentialsLast: credentialsLast)
            try await withThrowingTaskGroup { group in
                group.addTask { try await fixture.pool.run() }
                try await body(fixture)
                group.cancelAll()
            }
        }
    }

    static func make(root: String, credentialsLast: Duration) -> PoolFixture {
        let log = LogRecorder()
        let clock = AheadClock()
        let pool = FunctionPool(
            configuration: .init(directory: root + "/pool", endpoint: "http://127.0.0.1:4566"),
            credentials: { _ in
                FunctionCredentials(
                    accessKeyID: "ASIA1", secretAccessKey: "secret", sessionToken: "token",
                    expiresAt: clock.now() + credentialsLast)
            },
            clock: clock, logger: Logger(label: "test"), log: { log.record($0) })
        return PoolFixture(pool: pool, log: log, clock: clock, root: root)
    }

    func function(
        _ runtime: String, _ files: [String: String], handler: String = "index.handler",
        timeout: Duration = .seconds(10),
        variables: [String: String] = [:], revision: String = Identifiers.hex(8), executable: Bool = false
    ) async throws -> FunctionSpecification {
        let entries = files.map {
            ZipFixture.Entry(name: $0.key, contents: Array($0.value.utf8), unixMode: executable ? 0o100755 : 0o100644)
        }
        let store = FunctionCodeStore(root: self.root + "/functions")
        try await store.keep(ZipFixture(entries).bytes, sha: revision) {}
        return FunctionSpecification(
            arn: Scope(account: "123456789012", region: "us-east-1").arn("lambda", "function:hook"), name: "hook",
            version: "$LATEST", revision: revision, language: FunctionLanguage(runtime: runtime) ?? .provided,
            runtime: runtime,
            handler: handler, timeout: timeout, memoryMB: 128, variables: variables,
            taskRoot: store.taskRoot(of: revision),
            logGroup: "/aws/lambda/hook", role: "arn:aws:iam::123456789012:role/r")
    }

    func invoke(
        _ function: FunctionSpecification, _ payload: String = "{}", id: String = Identifiers.uuid(), limit: Int? = nil
    ) async throws -> InvocationOutcome {
        try await self.pool.invoke(
            function,
            Invocation(
                requestID: id, payload: Array(payload.utf8), functionARN: function.arn.description + ":live",
                traceID: "Root=1"),
            limit: limit)
    }
}

extension InvocationOutcome {
    /// The JSON text of a success.
    var returned: String? {
        guard case .returned(let bytes) = self.result else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The error object of a failure.
    var failure: JSONValue? {
        guard case .failed(let bytes) = self.result else { return nil }
        return try? JSONValue(parsing: bytes)
    }

    var tail: [String] { String(decoding: self.logTail, as: UTF8.self).split(separator: "\n").map(String.init) }
}

/// Whether a program is on the `PATH`.
func isInstalled(_ program: String) -> Bool {
    HostEnvironment.path.split(separator: ":").contains { access("\($0)/\(program)", X_OK) == 0 }
}
