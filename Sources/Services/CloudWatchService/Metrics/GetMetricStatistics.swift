internal import CloudWatchAPI
internal import Model
internal import Monitoring
internal import Store
internal import WireProtocol

extension CloudWatchHandlers {
    /// A datum a unit, where producers have used several.
    func getMetricStatistics(
        _ input: CloudWatch.GetMetricStatisticsInput, _ context: RequestContext
    ) async throws -> CloudWatch.GetMetricStatisticsOutput {
        let extended = try (input.extendedStatistics ?? []).map { text in
            guard let statistic = Monitoring.Statistic(text), !statistic.isBasic else {
                throw CloudWatch.Errors.invalidParameterValueException(
                    "The value \(text) for parameter ExtendedStatistics is not supported.")
            }
            return (text: text, statistic: statistic)
        }
        let basic = Set(input.statistics ?? [])
        guard !basic.isEmpty || !extended.isEmpty else {
            throw CloudWatch.Errors.invalidParameterCombinationException(
                "Must specify either Statistics or ExtendedStatistics")
        }
        let grid = try self.grid(of: input)
        let metric = MetricIdentity(
            namespace: input.namespace, name: input.metricName, dimensions: input.dimensions.described)
        let periods = try await self.metrics.read {
            try $0.data(of: metric, region: context.scope.region, unit: input.unit?.rawValue, in: grid)
        }
        let datapoints = periods.flatMap { period in
            period.aggregates.sorted { $0.key < $1.key }.map { unit, aggregate in
                func value(_ name: CloudWatch.Statistic, _ statistic: Monitoring.Statistic) -> Double? {
                    basic.contains(name) ? statistic.value(of: aggregate) : nil
                }
                let percentiles = Dictionary(
                    extended.compactMap { each in each.statistic.value(of: aggregate).map { (each.text, $0) } }
                ) { $1 }
                return CloudWatch.Datapoint(
                    timestamp: period.start, sampleCount: value(.sampleCount, .sampleCount),
                    average: value(.average, .average), sum: value(.sum, .sum), minimum: value(.minimum, .minimum),
                    maximum: value(.maximum, .maximum), unit: CloudWatch.StandardUnit(rawValue: unit),
                    extendedStatistics: percentiles.isEmpty ? nil : percentiles)
            }
        }
        return CloudWatch.GetMetricStatisticsOutput(label: input.metricName, datapoints: datapoints)
    }

    private func grid(of input: CloudWatch.GetMetricStatisticsInput) throws -> PeriodGrid {
        let (start, end) = (input.startTime.wholeSecond, input.endTime.wholeSecond)
        guard start < end else {
            throw CloudWatch.Errors.invalidParameterValueException(
                "The parameter StartTime must be less than the parameter EndTime.")
        }
        guard QueryPeriod.isAllowed(input.period) else {
            throw CloudWatch.Errors.invalidParameterValueException(
                "The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.")
        }
        let grid = QueryPeriod.grid(from: start, to: end, period: input.period, now: self.clock.now())
        guard grid.count <= 1440 else {
            throw CloudWatch.Errors.invalidParameterCombinationException(
                "You have requested up to \(grid.count) datapoints, which exceeds the limit of 1,440. You may reduce the "
                    + "datapoints requested by increasing Period, or decreasing the time range.")
        }
        return grid
    }
}
