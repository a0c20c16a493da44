internal import CloudWatchAPI
package import Logging
package import Model
internal import Monitoring
package import ServiceLifecycle
package import Store
package import WireProtocol

/// The CloudWatch API: metrics and alarms.
package struct CloudWatchHandlers: Sendable {
    let store: Store
    let metrics: MetricStore
    let clock: any WallClock
    let timeScale: TimeScale
    private let logger: Logger

    package init(
        store: Store, metrics: MetricStore, clock: any WallClock, timeScale: TimeScale, logger: Logger
    ) {
        self.store = store
        self.metrics = metrics
        self.clock = clock
        self.timeScale = timeScale
        self.logger = logger
    }

    package var services: [any Service] {
        [MetricRetention(metrics: self.metrics, clock: self.clock, logger: self.logger)]
    }

    package func register(in registry: inout OperationRegistry) {
        registry.register(CloudWatch.service, validationErrors: .cloudWatch)
        registry.handle(CloudWatch.PutMetricData.self, self.putMetricData)
        registry.handle(CloudWatch.GetMetricStatistics.self, self.getMetricStatistics)
        registry.handle(CloudWatch.ListMetrics.self, self.listMetrics)
        registry.handle(CloudWatch.DescribeAlarms.self, self.describeAlarms)
    }
}
