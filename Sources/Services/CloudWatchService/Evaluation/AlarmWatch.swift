internal import CloudWatchAPI
internal import Model
internal import Monitoring
internal import Store
internal import WireProtocol

/// What a metric alarm looks at, and how: its configuration, read.
struct AlarmWatch {
    private enum Source {
        case metric(MetricIdentity, Statistic)
        case expression(MetricQueries)
    }

    /// What was seen of one window.
    struct Sight {
        let series: MetricSeries
        /// How many samples each period had; empty for an expression.
        let samples: [Timestamp: Double]
    }

    private let source: Source
    private let isIgnoringFewSamples: Bool
    let criteria: AlarmCriteria
    /// Seconds, as configured.
    let period: Int
    /// As configured; `nil` for an expression.
    let statistic: String?
    let unit: String?

    /// - Throws: where the stored configuration is none that PutMetricAlarm takes.
    init(_ stored: StoredAlarm, account: String) throws {
        guard case .metric(let alarm) = try stored.configured(), let periods = alarm.evaluationPeriods,
            let threshold = alarm.threshold,
            let comparison = alarm.comparisonOperator.flatMap({ AlarmCriteria.Comparison(rawValue: $0.rawValue) })
        else { throw UnreadableAlarm(name: stored.name) }
        self.criteria = AlarmCriteria(
            comparison: comparison, threshold: threshold, evaluationPeriods: periods,
            datapointsToAlarm: alarm.datapointsToAlarm ?? periods,
            missingData: alarm.treatMissingData.flatMap(AlarmCriteria.MissingData.init(rawValue:)) ?? .missing)
        self.unit = alarm.unit?.rawValue
        self.isIgnoringFewSamples = alarm.evaluateLowSampleCountPercentile == "ignore"
        if let name = alarm.metricName, let namespace = alarm.namespace, let period = alarm.period,
            let text = alarm.statistic?.rawValue ?? alarm.extendedStatistic, let statistic = Statistic(text)
        {
            self.source = .metric(
                MetricIdentity(namespace: namespace, name: name, dimensions: alarm.dimensions.described), statistic)
            (self.period, self.statistic) = (period, text)
        } else {
            let queries = try MetricQueries(alarm.metrics ?? [], named: "Metrics", account: account)
            guard let period = queries.queries.compactMap(\.period).first else {
                throw UnreadableAlarm(name: stored.name)
            }
            self.source = .expression(queries)
            (self.period, self.statistic) = (period, nil)
        }
    }

    func sight(_ snapshot: MetricSnapshot, region: String, in grid: PeriodGrid) throws -> Sight {
        switch self.source {
        case .metric(let metric, let statistic):
            let periods = try snapshot.data(of: metric, region: region, unit: self.unit, in: grid)
            let points = periods.compactMap { period in
                period.whole.flatMap(statistic.value).map { MetricSeries.Point(time: period.start, value: $0) }
            }
            return Sight(
                series: MetricSeries(points: points, period: grid.period),
                samples: Dictionary(periods.map { ($0.start, $0.whole?.count ?? 0) }) { $1 })
        case .expression(let queries):
            let results = try queries.results(start: grid.start, end: grid.end) { query in
                guard case .metric(let metric, let statistic, let unit, _) = query.source else {
                    return MetricSeries(points: [], period: grid.period)
                }
                return try snapshot.series(of: metric, statistic: statistic, unit: unit, region: region, in: grid)
            }
            // Of an array the first counts; an alarm watches one series.
            var series = results.first?.series.first?.series ?? MetricSeries(points: [], period: grid.period)
            series.period = grid.period
            return Sight(series: series, samples: [:])
        }
    }

    /// Whether a percentile is of so few samples that it says nothing, and the alarm is to wait for more
    /// (EvaluateLowSampleCountPercentile).
    func ignoresFewSamples(_ sight: Sight, in points: [MetricSeries.Point]) -> Bool {
        guard self.isIgnoringFewSamples, case .metric(_, .percentile(let percent)) = self.source else { return false }
        let share = percent / 100
        let needed = share >= 0.5 ? 10 / (1 - share) : 10 / share
        return points.contains { sight.samples[$0.time, default: 0] < needed }
    }
}

/// A stored alarm that the rules of its Put request would have refused.
struct UnreadableAlarm: Error, CustomStringConvertible {
    let name: String

    var description: String { "the configuration of alarm \(self.name) is not whole" }
}
