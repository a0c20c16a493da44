package import Model

/// One query of GetMetricData or of an alarm.
package struct MathQuery: Equatable, Sendable {
    package enum Source: Equatable, Sendable {
        /// The data of one metric.
        case metric(MetricSeries)
        case expression(MathExpression)
    }

    package let id: String
    package let label: String
    package let source: Source

    package init(id: String, label: String, source: Source) {
        self.id = id
        self.label = label
        self.source = source
    }
}

/// Computes the expressions of one request; each may use the others.
package struct MathEvaluation {
    private let queries: [MathQuery]
    private let start: Timestamp
    private let end: Timestamp
    private var known: [String: MathValue] = [:]
    private var inProgress: Set<String> = []

    /// - Parameters:
    ///   - queries: each id once.
    ///   - start: of the first period that FILL and TIME_SERIES make points in.
    ///   - end: exclusive.
    package init(queries: [MathQuery], start: Timestamp, end: Timestamp) {
        self.queries = queries
        self.start = start
        self.end = end
    }

    /// - Throws: `MathError` naming what the expression may not do.
    package mutating func value(of query: MathQuery) throws(MathError) -> MathValue {
        if let value = self.known[query.id] { return value }
        let value: MathValue
        switch query.source {
        case .metric(let series): value = .series(LabelledSeries(label: query.label, series: series))
        case .expression(let expression):
            guard self.inProgress.insert(query.id).inserted else {
                throw MathError("'\(query.id)' refers to itself")
            }
            defer { self.inProgress.remove(query.id) }
            switch try self.value(of: expression) {
            case .series(var series):
                series.label = query.label
                value = .series(series)
            case let other: value = other
            }
        }
        self.known[query.id] = value
        return value
    }

    mutating func value(of expression: MathExpression) throws(MathError) -> MathValue {
        switch expression {
        case .number(let number): return .scalar(number)
        case .text(let text): throw MathError("Unexpected text \"\(text)\"")
        case .name(let name):
            guard let query = self.queries.first(where: { $0.id == name }) else {
                throw MathError("Undefined variable '\(name)'")
            }
            return try self.value(of: query)
        case .array(let elements):
            var array: [LabelledSeries] = []
            for element in elements {
                switch try self.value(of: element) {
                case .scalar: throw MathError("An array holds time series, no numbers")
                case .series(let series): array.append(series)
                case .array(let inner): array += inner
                }
            }
            return .array(array)
        case .negative(let inner):
            return try Self.map(try self.value(of: inner)) { -$0 }
        case .operation(let sign, let left, let right):
            return try Self.apply(sign, try self.value(of: left), try self.value(of: right))
        case .call(let function, let arguments): return try self.call(function, arguments)
        }
    }

    static func map(_ value: MathValue, _ transform: (Double) -> Double) throws(MathError) -> MathValue {
        switch value {
        case .scalar(let number): .scalar(transform(number))
        case .series(let series): .series(series.map { transform($0.value) })
        case .array(let array): .array(array.map { $0.map { transform($0.value) } })
        }
    }

    private static func apply(_ sign: MathOperator, _ left: MathValue, _ right: MathValue) throws(MathError)
        -> MathValue
    {
        switch (left, right) {
        case (.scalar(let left), .scalar(let right)): return .scalar(sign.apply(left, right))
        case (.series(let left), .scalar(let right)): return .series(left.map { sign.apply($0.value, right) })
        case (.scalar(let left), .series(let right)): return .series(right.map { sign.apply(left, $0.value) })
        case (.series(let left), .series(let right)): return .series(left.combined(with: right, sign.apply))
        case (.array(let array), .scalar(let right)):
            return .array(array.map { $0.map { sign.apply($0.value, right) } })
        case (.scalar(let left), .array(let array)):
            return .array(array.map { $0.map { sign.apply(left, $0.value) } })
        case (.array(let array), .series(let right)): return .array(array.map { $0.combined(with: right, sign.apply) })
        case (.series(let left), .array(let array)):
            return .array(
                array.map { element in element.combined(with: left) { sign.apply($1, $0) } })
        case (.array, .array):
            throw MathError("Unsupported operand types for \(sign.rawValue): array and array")
        }
    }

    /// The metrics of the request whose id holds a text, in their order.
    mutating func metrics(containing text: String) throws(MathError) -> MathValue {
        var array: [LabelledSeries] = []
        for query in self.queries where text.isEmpty || query.id.contains(text) {
            guard case .metric(let series) = query.source else { continue }
            array.append(LabelledSeries(label: query.label, series: series))
        }
        return .array(array)
    }

    /// Every period of the request's time range.
    func times(period: Duration) -> [Timestamp] {
        guard period > .zero else { return [] }
        let grid = PeriodGrid(start: self.start, end: self.end, period: period)
        return (0..<grid.count).map { grid.start(ofPeriod: $0) }
    }

    /// The period of what has none of its own: the shortest of the request.
    var ownPeriod: Duration {
        let periods = self.queries.compactMap { query in
            if case .metric(let series) = query.source { series.period } else { nil }
        }
        return periods.min() ?? .seconds(60)
    }
}
