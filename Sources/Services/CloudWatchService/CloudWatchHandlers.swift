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
    private let aws: AWSClient
    private let logger: Logger

    package init(
        store: Store, metrics: MetricStore, aws: AWSClient, clock: any WallClock, timeScale: TimeScale, logger: Logger
    ) {
        self.store = store
        self.metrics = metrics
        self.aws = aws
        self.clock = clock
        self.timeScale = timeScale
        self.logger = logger
    }

    package var services: [any Service] {
        [
            CloudWatchRetention(store: self.store, metrics: self.metrics, clock: self.clock, logger: self.logger),
            self.evaluator,
            AlarmActionPerformer(
                store: self.store, aws: self.aws, account: self.aws.scope.account, clock: self.clock,
                logger: self.logger),
        ]
    }

    var evaluator: AlarmEvaluator {
        AlarmEvaluator(
            store: self.store, metrics: self.metrics, account: self.aws.scope.account, clock: self.clock,
            alarmClock: AlarmClock(timeScale: self.timeScale), logger: self.logger)
    }

    package func register(in registry: inout OperationRegistry) {
        registry.register(CloudWatch.service, validationErrors: .cloudWatch)
        registry.handle(CloudWatch.PutMetricData.self, self.putMetricData)
        registry.handle(CloudWatch.GetMetricStatistics.self, self.getMetricStatistics)
        registry.handle(CloudWatch.ListMetrics.self, self.listMetrics)
        registry.handle(CloudWatch.GetMetricData.self, self.getMetricData)
        registry.handle(CloudWatch.PutMetricAlarm.self, self.putMetricAlarm)
        registry.handle(CloudWatch.PutCompositeAlarm.self, self.putCompositeAlarm)
        registry.handle(CloudWatch.DescribeAlarms.self, self.describeAlarms)
        registry.handle(CloudWatch.DescribeAlarmsForMetric.self, self.describeAlarmsForMetric)
        registry.handle(CloudWatch.DescribeAlarmHistory.self, self.describeAlarmHistory)
        registry.handle(CloudWatch.DeleteAlarms.self, self.deleteAlarms)
        registry.handle(CloudWatch.SetAlarmState.self, self.setAlarmState)
        registry.handle(CloudWatch.EnableAlarmActions.self, self.enableAlarmActions)
        registry.handle(CloudWatch.DisableAlarmActions.self, self.disableAlarmActions)
        registry.handle(CloudWatch.ListTagsForResource.self, self.listTagsForResource)
        registry.handle(CloudWatch.TagResource.self, self.tagResource)
        registry.handle(CloudWatch.UntagResource.self, self.untagResource)
    }
}
