internal import CloudWatchCalls
package import Logging
package import Model
internal import ServiceLifecycle
package import Store
package import WireProtocol
package import WorkloadRuntime

/// Tells CloudWatch once an interval how much of their sizes the tasks of each service use.
package struct UtilizationPublisher: Service {
    static let namespace = "AWS/ECS"

    private let store: Store
    private let runtime: any WorkloadRuntime
    private let aws: AWSClient
    private let clock: any WallClock
    private let rhythm: MetricRhythm
    private let processors: Int
    private let logger: Logger

    /// - Parameter processors: of the machine that the tasks run on.
    package init(
        store: Store, runtime: any WorkloadRuntime, aws: AWSClient, clock: any WallClock, timeScale: TimeScale,
        processors: Int, logger: Logger
    ) {
        self.store = store
        self.runtime = runtime
        self.aws = aws
        self.clock = clock
        self.rhythm = MetricRhythm(timeScale)
        self.processors = processors
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var meter = UtilizationMeter()
            while !Task.isCancelled {
                let due = self.rhythm.next(after: self.clock.now())
                // Cancelled: the loop's condition ends it.
                guard (try? await self.clock.sleep(until: due)) != nil else { return }
                do {
                    try await self.measure(&meter, at: due - self.rhythm.interval)
                } catch {
                    // What was to be told is lost; the next look measures from the one before.
                    self.logger.warning(
                        "utilization could not be published", metadata: ["error": "\(String(reflecting: error))"])
                }
            }
        }
    }

    private func measure(_ meter: inout UtilizationMeter, at moment: Timestamp) async throws {
        let processors = self.processors
        let tasks = try await self.store.read { snapshot in
            try snapshot.liveTasks().compactMap { try MeasuredTask($0, processors: processors) }
        }
        let containers = tasks.flatMap(\.containers)
        let usage = containers.isEmpty ? [:] : try await self.runtime.usage(of: containers)
        let samples = meter.samples(of: tasks, usage, at: self.clock.now())
        for (region, services) in Dictionary(grouping: samples, by: \.key.region) {
            let scope = Scope(account: self.aws.scope.account, region: region)
            try await self.aws.acting(in: scope).publish(services.flatMap(\.value), in: Self.namespace, at: moment)
        }
    }
}
