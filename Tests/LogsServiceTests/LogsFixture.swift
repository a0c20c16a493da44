import Foundation
import Logging
import LogsAPI
import Model
import Store
import Synchronization
import WireProtocol

@testable import LogsService

/// A clock that stands still until it is set.
final class StandingClock: WallClock {
    private let time: Mutex<Timestamp>

    init(_ time: Timestamp) { self.time = Mutex(time) }

    func now() -> Timestamp { self.time.withLock { $0 } }
    func set(_ time: Timestamp) { self.time.withLock { $0 = time } }
    func sleep(until deadline: Timestamp) async throws { throw CancellationError() }
}

/// The Logs API on a fresh file, called in-process as neighbours call it.
struct LogsFixture: Sendable {
    static let start = Timestamp(iso8601: "2026-11-20T12:00:00Z") ?? .epoch

    let aws: AWSClient
    let store: LogStore
    let clock: StandingClock

    static func with(_ body: (LogsFixture) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "teal-logs-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let result: Result<Void, any Error>
        do {
            let store = try LogStore(path: path + "/logs.db")
            let clock = StandingClock(Self.start)
            let logger = Logger(label: "test")
            var registry = OperationRegistry()
            LogsHandlers(store: store, clock: clock, logger: logger).register(in: &registry)
            let dispatch = InProcessDispatch(logger: logger)
            dispatch.connect(registry)
            let aws = AWSClient(
                transport: dispatch, scope: Scope(account: "123456789012", region: "us-east-1"),
                principal: .root(account: "123456789012"))
            try await body(LogsFixture(aws: aws, store: store, clock: clock))
            try store.close()
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try FileManager.default.removeItem(atPath: path)
        try result.get()
    }

    func makeGroup(_ group: String = "g", streams: [String] = ["s"]) async throws {
        _ = try await self.aws.call(Logs.CreateLogGroup.self, .init(logGroupName: group))
        for stream in streams {
            _ = try await self.aws.call(Logs.CreateLogStream.self, .init(logGroupName: group, logStreamName: stream))
        }
    }

    /// Events at so many milliseconds from the start.
    @discardableResult
    func put(_ events: [(Int, String)], stream: String = "s", group: String = "g") async throws
        -> Logs.PutLogEventsResponse
    {
        try await self.aws.call(
            Logs.PutLogEvents.self,
            .init(
                logGroupName: group, logStreamName: stream,
                logEvents: events.map { .init(timestamp: Int(Self.start.milliseconds) + $0.0, message: $0.1) }))
    }

    func code(of call: () async throws -> Void) async -> String? {
        do {
            try await call()
            return nil
        } catch {
            return (error as? AWSError)?.code ?? "\(error)"
        }
    }
}
