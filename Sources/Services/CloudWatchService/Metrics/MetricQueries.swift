internal import CloudWatchAPI
internal import Model
internal import Monitoring
internal import Store
internal import WireProtocol

/// The queries of one GetMetricData request or of one alarm, read and checked: metrics and expressions that use one another.
struct MetricQueries {
    struct Query {
        enum Source {
            case metric(MetricIdentity, statistic: Statistic, unit: String?, period: Int)
            case expression(MathExpression)
        }

        let id: String
        let label: String
        let isReturned: Bool
        let source: Source

        /// Seconds; `nil` for an expression.
        var period: Int? {
            guard case .metric(_, _, _, let period) = self.source else { return nil }
            return period
        }
    }

    let queries: [Query]

    /// - Parameter name: of the list in the request: `MetricDataQueries`, or `Metrics` of an alarm.
    /// - Throws: `ValidationError`.
    init(_ queries: [CloudWatch.MetricDataQuery], named name: String, account: String) throws {
        var ids: Set<String> = []
        self.queries = try queries.enumerated().map { index, query in
            guard Self.isID(query.id) else {
                throw AWSError.validation(
                    "The value \(query.id) for parameter \(name).member.\(index + 1).Id is not matching the expected "
                        + "pattern ^[a-z][a-zA-Z0-9_]*$.")
            }
            guard ids.insert(query.id).inserted else {
                throw AWSError.validation(
                    "The value \(query.id) for parameter \(name).member.\(index + 1).Id is used twice.")
            }
            guard query.accountId == nil || query.accountId == account else {
                throw AWSError.validation(
                    "The parameter \(name).member.\(index + 1).AccountId is not supported: there are no linked accounts."
                )
            }
            return try Self.read(query, place: "\(name).member.\(index + 1)")
        }
    }

    private static func isID(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, ("a"..."z").contains(first) else { return false }
        return text.unicodeScalars.allSatisfy {
            ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0) || $0 == "_"
        }
    }

    private static func read(_ query: CloudWatch.MetricDataQuery, place: String) throws -> Query {
        switch (query.metricStat, query.expression) {
        case (nil, nil):
            // AWS ends this one with a line break.
            throw AWSError.validation("The parameter \(place).MetricStat is required.\n")
        case (.some, .some):
            throw AWSError.validation(
                "The parameters \(place).Expression and \(place).MetricStat are mutually exclusive and you have "
                    + "specified both.")
        case (let stat?, nil): return try Self.read(stat, of: query, place: place)
        case (nil, let text?):
            if let period = query.period, !QueryPeriod.isAllowed(period) { throw Self.period(period, place) }
            return Query(
                id: query.id, label: query.label ?? query.id, isReturned: query.returnData ?? true,
                source: .expression(try Self.expression(text, of: query.id)))
        }
    }

    private static func read(
        _ stat: CloudWatch.MetricStat, of query: CloudWatch.MetricDataQuery, place: String
    ) throws -> Query {
        guard let name = stat.metric.metricName else {
            throw AWSError.validation("The parameter \(place).MetricStat.Metric.MetricName is required.")
        }
        guard let namespace = stat.metric.namespace else {
            throw AWSError.validation("The parameter \(place).MetricStat.Metric.Namespace is required.")
        }
        guard let statistic = Statistic(stat.stat) else {
            throw AWSError.validation("The value \(stat.stat) for parameter \(place).MetricStat.Stat is not supported.")
        }
        guard QueryPeriod.isAllowed(stat.period) else { throw Self.period(stat.period, place + ".MetricStat") }
        return Query(
            id: query.id, label: query.label ?? name, isReturned: query.returnData ?? true,
            source: .metric(
                MetricIdentity(namespace: namespace, name: name, dimensions: stat.metric.dimensions.described),
                statistic: statistic, unit: stat.unit?.rawValue, period: stat.period))
    }

    private static func period(_ period: Int, _ place: String) -> AWSError {
        .validation(
            "The value \(period) for parameter \(place).Period is invalid: it must be 1, 5, 10, 20, 30 or a multiple of 60."
        )
    }

    private static func expression(_ text: String, of id: String) throws -> MathExpression {
        guard !text.drop(while: \.isWhitespace).uppercased().hasPrefix("SELECT ") else {
            throw AWSError.validation("Error in expression '\(id)': Metrics Insights queries are not supported by Teal")
        }
        do {
            return try MathExpression(parsing: text)
        } catch {
            throw AWSError.validation("Error in expression '\(id)': \(error)")
        }
    }

    /// What the queries that are returned amount to; labels are of what a series was made of.
    /// - Parameter series: the data of a metric's query.
    /// - Throws: `ValidationError` naming the expression that cannot be computed.
    func results(start: Timestamp, end: Timestamp, series: (Query) throws -> MetricSeries) throws
        -> [(query: Query, series: [LabelledSeries])]
    {
        let inputs = try self.queries.map { query in
            let source: MathQuery.Source
            switch query.source {
            case .metric: source = .metric(try series(query))
            case .expression(let expression): source = .expression(expression)
            }
            return MathQuery(id: query.id, label: query.label, source: source)
        }
        var evaluation = MathEvaluation(queries: inputs, start: start, end: end)
        return try zip(self.queries, inputs).filter(\.0.isReturned).map { query, input in
            do {
                switch try evaluation.value(of: input) {
                case .series(let series): return (query, [series])
                case .array(let array): return (query, array)
                case .scalar:
                    throw AWSError.validation(
                        "Error in expression '\(query.id)': the result must be a time series or an array of them")
                }
            } catch let error as MathError {
                throw AWSError.validation("Error in expression '\(query.id)': \(error)")
            }
        }
    }
}

extension MetricSnapshot {
    /// One statistic of a metric; data of different units are taken together unless one is asked for.
    func series(
        of metric: MetricIdentity, statistic: Statistic, unit: String?, region: String, in grid: PeriodGrid
    ) throws -> MetricSeries {
        let points = try self.data(of: metric, region: region, unit: unit, in: grid).compactMap { period in
            period.whole.flatMap(statistic.value).map { MetricSeries.Point(time: period.start, value: $0) }
        }
        return MetricSeries(points: points, period: grid.period)
    }
}

extension StoredMetricPeriod {
    /// Over all units.
    var whole: MetricAggregate? {
        var units = self.aggregates.sorted { $0.key < $1.key }.map(\.value).makeIterator()
        guard var whole = units.next() else { return nil }
        while let more = units.next() { whole.merge(more) }
        return whole
    }
}
