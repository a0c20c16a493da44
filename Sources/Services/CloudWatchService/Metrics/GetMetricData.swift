internal import CloudWatchAPI
internal import Model
internal import Monitoring
internal import Store
internal import WireProtocol

extension CloudWatchHandlers {
    /// The most datapoints of one page.
    private static let largestPage = 100_800

    /// Results in the order of the queries. A page holds whole points only; the next one goes on behind them.
    func getMetricData(_ input: CloudWatch.GetMetricDataInput, _ context: RequestContext) async throws
        -> CloudWatch.GetMetricDataOutput
    {
        let (start, end) = try Self.range(input)
        guard !input.metricDataQueries.isEmpty else {
            throw AWSError.validation("The parameter MetricDataQueries is required.")
        }
        guard input.metricDataQueries.count <= 500 else {
            throw AWSError.validation("The collection MetricDataQueries must not have a size greater than 500.")
        }
        if let timezone = input.labelOptions?.timezone, timezone != "+0000" {
            throw AWSError.validation("The value \(timezone) for parameter LabelOptions.Timezone is not supported.")
        }
        let limit = input.maxDatapoints ?? Self.largestPage
        guard (1...Self.largestPage).contains(limit) else {
            throw AWSError.validation(
                "The value \(limit) for parameter MaxDatapoints is invalid: it must be between 1 and \(Self.largestPage)."
            )
        }
        let queries = try MetricQueries(
            input.metricDataQueries, named: "MetricDataQueries", account: context.scope.account)
        let now = self.clock.now()
        let region = context.scope.region
        let results = try await self.metrics.read { snapshot in
            try queries.results(start: MetricTier.minute.start(of: start), end: end) { query in
                guard case .metric(let metric, let statistic, let unit, let period) = query.source else {
                    return MetricSeries(points: [], period: .seconds(60))
                }
                let grid = QueryPeriod.grid(from: start, to: end, period: period, now: now)
                return try snapshot.series(of: metric, statistic: statistic, unit: unit, region: region, in: grid)
            }
        }
        return try Self.page(
            results, isDescending: input.scanBy != .timestampAscending, limit: limit, token: input.nextToken)
    }

    private static func range(_ input: CloudWatch.GetMetricDataInput) throws -> (Timestamp, Timestamp) {
        let (start, end) = (input.startTime.wholeSecond, input.endTime.wholeSecond)
        guard start != end else {
            throw AWSError.validation("The parameter StartTime must not equal parameter EndTime.")
        }
        guard start < end else {
            throw AWSError.validation("The parameter EndTime must be greater than StartTime.")
        }
        return (start, end)
    }

    /// The points of all results in their order; the token is how many of them have been shown.
    private static func page(
        _ results: [(query: MetricQueries.Query, series: [LabelledSeries])], isDescending: Bool, limit: Int,
        token: String?
    ) throws -> CloudWatch.GetMetricDataOutput {
        let shown = try token.map { text in
            guard let bytes = Base64.decode(text), let shown = Int(String(decoding: bytes, as: UTF8.self)), shown > 0
            else { throw CloudWatch.Errors.invalidNextToken("The value for parameter NextToken is invalid.") }
            return shown
        }
        var (skip, room) = (shown ?? 0, limit)
        var shapes: [CloudWatch.MetricDataResult] = []
        var isWhole = true
        for (query, series) in results {
            for element in series {
                let all = isDescending ? element.series.points.reversed() : element.series.points
                let rest = all.dropFirst(skip)
                // What earlier pages have shown to its end is left out.
                let isDone = skip > 0 && rest.isEmpty
                skip -= min(skip, all.count)
                guard !isDone else { continue }
                let points = rest.prefix(room)
                room -= points.count
                if points.count < rest.count { isWhole = false }
                shapes.append(
                    CloudWatch.MetricDataResult(
                        id: query.id, label: series.count > 1 ? "\(query.label) \(element.label)" : query.label,
                        timestamps: points.map(\.time), values: points.map(\.value),
                        statusCode: points.count < rest.count ? .partialData : .complete))
            }
        }
        let next = isWhole ? nil : Base64.encode(Array(String((shown ?? 0) + limit).utf8))
        return CloudWatch.GetMetricDataOutput(metricDataResults: shapes, nextToken: next, messages: [])
    }
}
