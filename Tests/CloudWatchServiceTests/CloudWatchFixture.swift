import CloudWatchAPI
import Foundation
import LambdaAPI
import Logging
import Model
import Store
import Synchronization
import Testing
import WireProtocol

@testable import CloudWatchService

/// A clock that stands still until it is set.
final class StandingClock: WallClock {
    private let time: Mutex<Timestamp>

    init(_ time: Timestamp) { self.time = Mutex(time) }

    func now() -> Timestamp { self.time.withLock { $0 } }
    func advance(by duration: Duration) { self.time.withLock { $0 = $0 + duration } }
    func sleep(until deadline: Timestamp) async throws { throw CancellationError() }
}

/// What a function that is an alarm's action was sent.
final class Invocations: Sendable {
    private let payloads = Mutex<[JSONValue]>([])

    var all: [JSONValue] { self.payloads.withLock { $0 } }

    func add(_ payload: JSONValue) { self.payloads.withLock { $0.append(payload) } }
}

/// The CloudWatch API on fresh files, called in-process as neighbours call it, with a function to invoke.
struct CloudWatchFixture: Sendable {
    static let start = Timestamp(iso8601: "2026-11-20T12:00:00Z") ?? .epoch
    static let scope = Scope(account: "123456789012", region: "us-east-1")
    static let function = "arn:aws:lambda:us-east-1:123456789012:function:hook"

    let aws: AWSClient
    /// Calls as one of Teal's own services.
    let service: AWSClient
    let handlers: CloudWatchHandlers
    let clock: StandingClock
    let invocations: Invocations

    static func with(timeScale: TimeScale = .realTime, _ body: (CloudWatchFixture) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "teal-cloudwatch-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let result: Result<Void, any Error>
        do {
            let logger = Logger(label: "test")
            let store = try Store(path: path + "/teal.db", logger: logger)
            let metrics = try MetricStore(path: path + "/metrics.db")
            try await body(Self.make(store, metrics, timeScale, logger))
            try store.close()
            try metrics.close()
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try FileManager.default.removeItem(atPath: path)
        try result.get()
    }

    private static func make(
        _ store: Store, _ metrics: MetricStore, _ timeScale: TimeScale, _ logger: Logger
    ) -> CloudWatchFixture {
        let clock = StandingClock(Self.start)
        let invocations = Invocations()
        let dispatch = InProcessDispatch(logger: logger)
        let service = AWSClient(
            transport: dispatch, scope: Self.scope, principal: .service("monitoring.amazonaws.com"))
        let handlers = CloudWatchHandlers(
            store: store, metrics: metrics, aws: service, clock: clock, timeScale: timeScale, logger: logger)
        var registry = OperationRegistry()
        handlers.register(in: &registry)
        registry.register(Lambda.service, validationErrors: .cloudWatch)
        registry.handle(Lambda.Invoke.self) { input, _ in
            guard input.functionName == Self.function else {
                throw Lambda.Errors.resourceNotFoundException("Function not found: \(input.functionName)")
            }
            invocations.add(try JSONValue(parsing: input.payload ?? []))
            return .init(statusCode: 202)
        }
        dispatch.connect(registry)
        return CloudWatchFixture(
            aws: AWSClient(transport: dispatch, scope: Self.scope, principal: .root(account: Self.scope.account)),
            service: service, handlers: handlers, clock: clock, invocations: invocations)
    }

    func put(_ value: Double, _ name: String = "m", minutesAgo: Int = 0, unit: CloudWatch.StandardUnit? = nil)
        async throws
    {
        _ = try await self.aws.call(
            CloudWatch.PutMetricData.self,
            .init(
                namespace: "app",
                metricData: [
                    .init(
                        metricName: name, timestamp: self.clock.now() - .minutes(minutesAgo), value: value, unit: unit)
                ]))
    }

    /// An alarm on the sum of `app/m` over one minute, above 5.
    func putAlarm(
        _ name: String = "a", missing: String? = nil, actions: [String] = [], tags: [CloudWatch.Tag]? = nil
    ) async throws {
        _ = try await self.aws.call(
            CloudWatch.PutMetricAlarm.self,
            .init(
                alarmName: name, alarmActions: actions, metricName: "m", namespace: "app", statistic: .sum, period: 60,
                evaluationPeriods: 1, threshold: 5, comparisonOperator: .greaterThanThreshold,
                treatMissingData: missing,
                tags: tags))
    }

    func setState(_ state: CloudWatch.StateValue, of name: String) async throws {
        _ = try await self.aws.call(
            CloudWatch.SetAlarmState.self, .init(alarmName: name, stateValue: state, stateReason: "test"))
    }

    /// Looks at alarms of periods of a minute, with the window ending at the last whole one.
    func evaluate() async throws {
        let cadence = self.handlers.evaluator.alarmClock.cadence(ofPeriod: 60)
        try await self.handlers.evaluator.evaluate(
            cadence, endingAt: self.handlers.evaluator.alarmClock.tick(of: cadence, at: self.clock.now()))
    }

    func alarm(_ name: String = "a") async throws -> CloudWatch.MetricAlarm {
        let output = try await self.aws.call(CloudWatch.DescribeAlarms.self, .init(alarmNames: [name]))
        return try #require(output.metricAlarms?.first)
    }

    func composite(_ name: String) async throws -> CloudWatch.CompositeAlarm {
        let output = try await self.aws.call(
            CloudWatch.DescribeAlarms.self, .init(alarmNames: [name], alarmTypes: [.compositeAlarm]))
        return try #require(output.compositeAlarms?.first)
    }

    /// Summaries, newest first.
    func history(_ name: String = "a") async throws -> [String] {
        try await self.aws.call(
            CloudWatch.DescribeAlarmHistory.self,
            .init(alarmName: name, alarmTypes: [.metricAlarm, .compositeAlarm])
        ).alarmHistoryItems?.compactMap(\.historySummary) ?? []
    }
}
