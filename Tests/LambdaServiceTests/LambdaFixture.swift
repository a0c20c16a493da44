import Foundation
import LambdaAPI
import Logging
import LogsAPI
import Model
import STSAPI
import ServiceLifecycle
import Store
import Synchronization
import WireProtocol

@testable import LambdaService

/// The Lambda API on a fresh store, with a stand-in for STS and a Logs service that remembers what it is sent.
struct LambdaFixture: Sendable {
    static let start = Timestamp(iso8601: "2026-11-20T12:00:00Z") ?? .epoch

    let aws: AWSClient
    let store: Store
    let clock: any WallClock
    let logs: LogMemory
    let handlers: LambdaHandlers
    let root: String

    /// - Parameter isRunning: whether the services run, so that functions can.
    static func with(
        clock: any WallClock = SystemWallClock(), isRunning: Bool = true,
        _ body: @escaping @Sendable (LambdaFixture) async throws -> Void
    ) async throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "teal-lambda-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        let result: Result<Void, any Error>
        do {
            let store = try Store(path: root + "/teal.db", logger: Logger(label: "test"))
            let fixture = Self.make(store: store, clock: clock, root: root)
            if isRunning { try await fixture.running { try await body(fixture) } } else { try await body(fixture) }
            try store.close()
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try FileManager.default.removeItem(atPath: root)
        try result.get()
    }

    /// As after a restart on the same files.
    func restarted() -> LambdaFixture { Self.make(store: self.store, clock: self.clock, root: self.root) }

    func running(_ body: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup { group in
            for service in self.handlers.services + self.handlers.functions {
                group.addTask { try await service.run() }
            }
            try await body()
            group.cancelAll()
        }
    }

    private static func make(store: Store, clock: any WallClock, root: String) -> LambdaFixture {
        let logger = Logger(label: "test")
        let dispatch = InProcessDispatch(logger: logger)
        let aws = AWSClient(
            transport: dispatch, scope: Scope(account: "123456789012", region: "us-east-1"),
            principal: .root(account: "123456789012"))
        let handlers = LambdaHandlers(
            configuration: .init(
                directory: root + "/functions", endpoint: "http://127.0.0.1:4566", linkSecret: "secret"),
            store: store,
            aws: aws,
            clock: clock, logger: logger)
        let logs = LogMemory()
        var registry = OperationRegistry()
        handlers.register(in: &registry)
        logs.register(in: &registry)
        registry.register(
            STS.service, validationErrors: ValidationErrors { _, _ in AWSError(code: "ValidationError", message: "") })
        registry.handle(STS.AssumeRole.self) { input, context in
            guard context.principal == .service("lambda.amazonaws.com"), input.roleArn.hasSuffix("role/hook") else {
                throw AWSError(code: "AccessDenied", message: "not allowed", status: 403)
            }
            return STS.AssumeRoleResponse(
                credentials: .init(
                    accessKeyId: "ASIAEXAMPLE", secretAccessKey: "secret", sessionToken: "token",
                    expiration: clock.now() + .hours(1)))
        }
        dispatch.connect(registry)
        return LambdaFixture(aws: aws, store: store, clock: clock, logs: logs, handlers: handlers, root: root)
    }

    @discardableResult
    func create(
        _ name: String = "hook", _ source: String = "def handler(event, context):\n    return event\n",
        change: (inout Lambda.CreateFunctionRequest) -> Void = { _ in }
    ) async throws -> Lambda.FunctionConfiguration {
        var input = Lambda.CreateFunctionRequest(
            functionName: name, runtime: .init(rawValue: "python3.11"), role: "arn:aws:iam::123456789012:role/hook",
            handler: "index.handler", code: .init(zipFile: try Self.zip(["index.py": source])), timeout: 45)
        change(&input)
        return try await self.aws.call(Lambda.CreateFunction.self, input)
    }

    func invoke(
        _ name: String = "hook", _ payload: String = "{}", type: Lambda.InvocationType? = nil, qualifier: String? = nil,
        tail: Bool = false
    ) async throws -> Lambda.InvocationResponse {
        try await self.aws.call(
            Lambda.Invoke.self,
            .init(
                functionName: name, invocationType: type, logType: tail ? .tail : nil, payload: Array(payload.utf8),
                qualifier: qualifier))
    }

    func code(of call: () async throws -> Void) async -> String? {
        do {
            try await call()
            return nil
        } catch {
            return (error as? AWSError)?.code ?? "\(error)"
        }
    }

    /// Waits until no asynchronous invocation is left.
    func drained() async throws {
        let store = self.store
        for await _ in store.changes.watch([.invocations]) {
            let isEmpty = try await store.read {
                try $0.dueInvocations(at: Timestamp(milliseconds: .max / 2), except: [], limit: 1).isEmpty
            }
            if isEmpty { return }
        }
    }

    /// Made with the `zip` program, deflated, as clients do.
    static func zip(_ files: [String: String]) throws -> [UInt8] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "teal-zip-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-m", "zipfile", "-c", "code.zip"] + files.keys
        process.currentDirectoryURL = folder
        try process.run()
        process.waitUntilExit()
        return Array(try Data(contentsOf: folder.appending(path: "code.zip")))
    }
}

/// A Logs service that keeps messages by group.
final class LogMemory: Sendable {
    private struct State {
        var groups: Set<String> = []
        var streams: Set<String> = []
        var messages: [String] = []
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    var messages: [String] { self.state.withLock { $0.messages } }

    /// Returns when a REPORT line of so many invocations is there.
    func reports(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = self.state.withLock { state in
                if Self.reports(state) >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    private static func reports(_ state: State) -> Int { state.messages.count { $0.hasPrefix("REPORT ") } }

    func register(in registry: inout OperationRegistry) {
        registry.register(
            Logs.service, validationErrors: ValidationErrors { _, _ in AWSError(code: "ValidationError", message: "") })
        registry.handle(Logs.CreateLogGroup.self) { input, _ in
            self.state.withLock { _ = $0.groups.insert(input.logGroupName) }
            return EmptyShape()
        }
        registry.handle(Logs.CreateLogStream.self) { input, _ in
            self.state.withLock { _ = $0.streams.insert(input.logGroupName + "|" + input.logStreamName) }
            return EmptyShape()
        }
        registry.handle(Logs.PutLogEvents.self) { input, _ in
            let woken = try self.state.withLock { state -> [CheckedContinuation<Void, Never>] in
                guard state.streams.contains(input.logGroupName + "|" + input.logStreamName) else {
                    throw Logs.Errors.resourceNotFoundException("The specified log stream does not exist.")
                }
                state.messages += input.logEvents.map(\.message)
                let count = Self.reports(state)
                defer { state.watchers.removeAll { $0.count <= count } }
                return state.watchers.filter { $0.count <= count }.map(\.continuation)
            }
            for continuation in woken { continuation.resume() }
            return Logs.PutLogEventsResponse()
        }
    }
}
