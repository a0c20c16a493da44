internal import CloudWatchAPI
internal import Model
internal import Monitoring
internal import Store
internal import WireProtocol

extension CloudWatchHandlers {
    /// The alarms of exactly this metric; those of expressions that use it are not among them.
    func describeAlarmsForMetric(_ input: CloudWatch.DescribeAlarmsForMetricInput, _ context: RequestContext)
        async throws -> CloudWatch.DescribeAlarmsForMetricOutput
    {
        let metric = MetricIdentity(
            namespace: input.namespace, name: input.metricName, dimensions: input.dimensions.described)
        let found = try await self.store.read { try $0.alarms(region: context.scope.region) }.filter { stored in
            guard case .metric(let alarm) = try stored.configured(), let name = alarm.metricName,
                let namespace = alarm.namespace
            else { return false }
            return MetricIdentity(namespace: namespace, name: name, dimensions: alarm.dimensions.described) == metric
                && (input.statistic == nil || input.statistic == alarm.statistic)
                && (input.extendedStatistic == nil || input.extendedStatistic == alarm.extendedStatistic)
                && (input.period == nil || input.period == alarm.period)
                && (input.unit == nil || input.unit == alarm.unit)
        }
        let described = try Self.described(found, in: context.scope, nextToken: nil)
        return CloudWatch.DescribeAlarmsForMetricOutput(metricAlarms: described.metricAlarms)
    }
}
