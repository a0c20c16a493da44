internal import FunctionRuntime
internal import Logging
internal import LogsAPI
internal import Model
internal import ServiceLifecycle
internal import Synchronization
internal import WireProtocol

/// Carries functions' log events to CloudWatch Logs in batches, apart from the invocations: a slow or absent Logs service
/// never holds up a function. Groups and streams are made on first use.
package final class FunctionLogWriter: Service {
    /// Events that may wait; beyond that the oldest go.
    private static let capacity = 100_000

    private struct Destination: Hashable {
        let scope: Scope
        let group: String
        let stream: String
    }

    private struct Pending {
        var events: [FunctionLogEvent] = []
        var dropped = 0
    }

    private let aws: AWSClient
    private let logger: Logger
    private let pending = Mutex(Pending())
    private let wakeUps: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    init(aws: AWSClient, logger: Logger) {
        self.aws = aws
        self.logger = logger
        (self.wakeUps, self.wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func write(_ event: FunctionLogEvent) {
        self.pending.withLock { pending in
            if pending.events.count >= Self.capacity {
                pending.events.removeFirst(Self.capacity / 10)
                pending.dropped += Self.capacity / 10
            }
            pending.events.append(event)
        }
        self.wakeUp.yield()
    }

    /// Writes until the task ends, and then once more what is left.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in self.wakeUps { await self.flush() }
        }
        await Task { await self.flush() }.value
    }

    private func flush() async {
        let (events, dropped) = self.pending.withLock { pending in
            defer { pending = Pending() }
            return (pending.events, pending.dropped)
        }
        if dropped > 0 { self.logger.warning("function log events dropped", metadata: ["count": "\(dropped)"]) }
        for (destination, events) in Dictionary(
            grouping: events,
            by: {
                Destination(scope: $0.scope, group: $0.logGroup, stream: $0.logStream)
            })
        {
            for batch in Self.batches(events) { await self.put(batch, to: destination) }
        }
    }

    /// Cut to the limits of PutLogEvents, in order of time.
    private static func batches(_ events: [FunctionLogEvent]) -> [[Logs.InputLogEvent]] {
        var batches: [[Logs.InputLogEvent]] = []
        var size = 0
        for event in events.enumerated().sorted(by: { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }) {
            let cost = event.element.message.utf8.count + 26
            if batches.isEmpty || size + cost > 1_000_000 || (batches.last?.count ?? 0) >= 10_000 {
                batches.append([])
                size = 0
            }
            size += cost
            batches[batches.count - 1].append(
                Logs.InputLogEvent(timestamp: Int(event.element.time.milliseconds), message: event.element.message))
        }
        return batches
    }

    private func put(_ batch: [Logs.InputLogEvent], to destination: Destination) async {
        let aws = self.aws.acting(in: destination.scope)
        let input = Logs.PutLogEventsRequest(
            logGroupName: destination.group, logStreamName: destination.stream, logEvents: batch)
        do {
            do {
                _ = try await aws.call(Logs.PutLogEvents.self, input)
            } catch let error as AWSError where error.code == "ResourceNotFoundException" {
                try await self.create(destination, aws)
                _ = try await aws.call(Logs.PutLogEvents.self, input)
            }
        } catch {
            self.logger.warning(
                "function log events lost",
                metadata: ["log.group": "\(destination.group)", "count": "\(batch.count)", "error": "\(error)"])
        }
    }

    private func create(_ destination: Destination, _ aws: AWSClient) async throws {
        do {
            _ = try await aws.call(
                Logs.CreateLogGroup.self, Logs.CreateLogGroupRequest(logGroupName: destination.group))
        } catch let error as AWSError where error.code == "ResourceAlreadyExistsException" {}
        do {
            _ = try await aws.call(
                Logs.CreateLogStream.self,
                Logs.CreateLogStreamRequest(logGroupName: destination.group, logStreamName: destination.stream))
        } catch let error as AWSError where error.code == "ResourceAlreadyExistsException" {}
    }
}
