internal import Foundation
internal import Model

extension MathEvaluation {
    mutating func call(_ function: MathFunction, _ arguments: [MathExpression]) throws(MathError) -> MathValue {
        switch function {
        case .metrics:
            switch arguments.first {
            case nil: return try self.metrics(containing: "")
            case .text(let text): return try self.metrics(containing: text)
            default: throw MathError("METRICS takes a text in quotation marks")
            }
        case .fill: return try self.fill(try self.value(of: arguments[0]), arguments[1])
        case .if: return try self.condition(arguments)
        case .slice: return try self.slice(arguments)
        case .sort: return try self.sort(arguments)
        case .abs, .average, .ceiling, .dataPointCount, .date, .day, .difference, .differenceInTime, .epoch, .first,
            .floor, .hour, .last, .log, .log10, .maximum, .metricCount, .minimum, .minute, .month, .period, .rate,
            .removeEmpty, .runningSum, .standardDeviation, .sum, .timeSeries, .year:
            return try self.call(function, on: try self.value(of: arguments[0]))
        }
    }

    private func call(_ function: MathFunction, on value: MathValue) throws(MathError) -> MathValue {
        switch function {
        case .abs: return try Self.map(value) { Swift.abs($0) }
        case .ceiling: return try Self.map(value) { ceil($0) }
        case .floor: return try Self.map(value) { Foundation.floor($0) }
        case .log: return try Self.map(value) { Foundation.log($0) }
        case .log10: return try Self.map(value) { Foundation.log10($0) }
        case .average, .maximum, .minimum, .standardDeviation, .sum:
            return try Self.aggregate(value, Self.aggregation(function), function)
        case .dataPointCount: return try Self.aggregate(value, { Double($0.count) }, function)
        case .metricCount:
            switch value {
            case .array(let array): return .scalar(Double(array.count))
            case .series: return .scalar(1)
            case .scalar: throw Self.mismatch(function, value)
            }
        case .difference: return try Self.eachSeries(value, function) { $0.differences { $1.value - $0.value } }
        case .differenceInTime:
            return try Self.eachSeries(value, function) { $0.differences { ($1.time - $0.time).inSeconds } }
        case .rate:
            return try Self.eachSeries(value, function) {
                $0.differences { ($1.value - $0.value) / ($1.time - $0.time).inSeconds }
            }
        case .runningSum:
            return try Self.eachSeries(value, function) { series in
                var sum = 0.0
                return series.map { point in
                    sum += point.value
                    return sum
                }
            }
        case .date: return try Self.eachTime(value, function) { $0.calendarFields.day }
        case .hour: return try Self.eachTime(value, function) { $0.calendarFields.hour }
        case .minute: return try Self.eachTime(value, function) { $0.calendarFields.minute }
        case .month: return try Self.eachTime(value, function) { $0.calendarFields.month }
        case .year: return try Self.eachTime(value, function) { $0.calendarFields.year }
        case .epoch: return try Self.eachTime(value, function) { Int($0.milliseconds / 1000) }
        // Monday is 1; the epoch began on a Thursday.
        case .day: return try Self.eachTime(value, function) { Int($0.milliseconds / 86_400_000 + 3) % 7 + 1 }
        case .period:
            guard case .series(let series) = value else { throw Self.mismatch(function, value) }
            return .scalar(series.series.period.inSeconds)
        case .first, .last:
            guard case .array(let array) = value else { throw Self.mismatch(function, value) }
            guard let series = function == .first ? array.first : array.last else {
                throw MathError("\(function.rawValue) of an empty array")
            }
            return .series(series)
        case .removeEmpty:
            guard case .array(let array) = value else { throw Self.mismatch(function, value) }
            return .array(array.filter { !$0.series.points.isEmpty })
        case .timeSeries:
            guard case .scalar(let number) = value else { throw Self.mismatch(function, value) }
            let period = self.ownPeriod
            let points = self.times(period: period).map { MetricSeries.Point(time: $0, value: number) }
            return .series(LabelledSeries(label: "", series: MetricSeries(points: points, period: period)))
        case .metrics, .fill, .if, .slice, .sort:
            throw MathError("\(function.rawValue) takes other arguments")
        }
    }

    static func mismatch(_ function: MathFunction, _ value: MathValue) -> MathError {
        MathError("Function '\(function.rawValue)' does not take \(value.kind)")
    }

    /// Values are never empty.
    private static func aggregation(_ function: MathFunction) -> ([Double]) -> Double {
        switch function {
        case .sum: { $0.reduce(0, +) }
        case .maximum: { $0.max() ?? .nan }
        case .minimum: { $0.min() ?? .nan }
        case .standardDeviation:
            { values in
                let mean = values.reduce(0, +) / Double(values.count)
                return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
            }
        default: { $0.reduce(0, +) / Double($0.count) }
        }
    }

    /// Over the series of an array at each moment, or over the points of one series.
    private static func aggregate(
        _ value: MathValue, _ aggregation: ([Double]) -> Double, _ function: MathFunction
    ) throws(MathError) -> MathValue {
        switch value {
        case .scalar: throw self.mismatch(function, value)
        case .series(let series): return .scalar(aggregation(series.series.points.map(\.value)))
        case .array(let array):
            var values: [Timestamp: [Double]] = [:]
            for element in array {
                for point in element.series.points { values[point.time, default: []].append(point.value) }
            }
            let points = values.sorted { $0.key < $1.key }.compactMap { time, values in
                let value = aggregation(values)
                return value.isFinite ? MetricSeries.Point(time: time, value: value) : nil
            }
            let period = array.map(\.series.period).max() ?? .seconds(60)
            return .series(LabelledSeries(label: "", series: MetricSeries(points: points, period: period)))
        }
    }

    private static func eachSeries(
        _ value: MathValue, _ function: MathFunction, _ transform: (LabelledSeries) -> LabelledSeries
    ) throws(MathError) -> MathValue {
        switch value {
        case .scalar: throw self.mismatch(function, value)
        case .series(let series): return .series(transform(series))
        case .array(let array): return .array(array.map(transform))
        }
    }

    private static func eachTime(
        _ value: MathValue, _ function: MathFunction, _ part: (Timestamp) -> Int
    ) throws(MathError) -> MathValue {
        try self.eachSeries(value, function) { $0.map { Double(part($0.time)) } }
    }

    /// `IF(condition, then)` and `IF(condition, then, else)`: a point where the condition and what it chooses have one.
    private mutating func condition(_ arguments: [MathExpression]) throws(MathError) -> MathValue {
        let condition = try self.value(of: arguments[0])
        let yes = try self.value(of: arguments[1])
        let no: MathValue? = arguments.count > 2 ? try self.value(of: arguments[2]) : nil
        for value in [condition, yes, no] {
            if case .array = value { throw MathError("Function 'IF' does not take an array of time series") }
        }
        func value(_ operand: MathValue?, at time: Timestamp) -> Double? {
            switch operand {
            case .scalar(let number): number
            case .series(let series): series.values[time]
            case .array, nil: nil
            }
        }
        switch condition {
        case .scalar(let flag):
            if flag != 0 { return yes }
            return no ?? .series(LabelledSeries(label: "", series: MetricSeries(points: [], period: self.ownPeriod)))
        case .series(let series):
            let (yesValues, noValues) = (Self.lookup(yes), Self.lookup(no))
            return .series(series.map { $0.value != 0 ? yesValues($0.time) : noValues($0.time) })
        case .array: throw MathError("Function 'IF' does not take an array of time series")
        }
    }

    private static func lookup(_ operand: MathValue?) -> (Timestamp) -> Double? {
        switch operand {
        case .scalar(let number): return { _ in number }
        case .series(let series):
            let values = series.values
            return { values[$0] }
        case .array, nil: return { _ in nil }
        }
    }

    private mutating func fill(_ value: MathValue, _ filler: MathExpression) throws(MathError) -> MathValue {
        let filling: Filling
        switch filler {
        case .name("REPEAT"): filling = .repeat
        case .name("LINEAR"): filling = .linear
        default:
            let value = try self.value(of: filler)
            if case .array = value { throw MathError("FILL fills with a number, a time series, REPEAT or LINEAR") }
            filling = .value(Self.lookup(value))
        }
        return try Self.eachSeries(value, .fill) { self.filled($0, filling) }
    }

    private enum Filling {
        case value((Timestamp) -> Double?)
        case `repeat`
        case linear
    }

    private func filled(_ series: LabelledSeries, _ filling: Filling) -> LabelledSeries {
        let values = series.values
        var times = self.times(period: series.series.period)
        // Points of another rhythm keep their places.
        if !values.keys.allSatisfy(Set(times).contains) { times = Set(times).union(values.keys).sorted() }
        let known = series.series.points
        var before: MetricSeries.Point?
        var next = 0
        var points: [MetricSeries.Point] = []
        for time in times {
            while next < known.count, known[next].time <= time {
                before = known[next]
                next += 1
            }
            let after = next < known.count ? known[next] : nil
            let filled: Double?
            switch (filling, before, after) {
            case (_, let point?, _) where point.time == time: filled = point.value
            case (.value(let value), _, _): filled = value(time)
            case (.repeat, let point?, _): filled = point.value
            case (.linear, let before?, let after?):
                let share = (time - before.time).inSeconds / (after.time - before.time).inSeconds
                filled = before.value + (after.value - before.value) * share
            case (.repeat, nil, _), (.linear, _, _): filled = nil
            }
            if let filled, filled.isFinite { points.append(MetricSeries.Point(time: time, value: filled)) }
        }
        return LabelledSeries(
            label: series.label, series: MetricSeries(points: points, period: series.series.period))
    }

    private mutating func slice(_ arguments: [MathExpression]) throws(MathError) -> MathValue {
        guard case .array(let array) = try self.value(of: arguments[0]) else {
            throw MathError("Function 'SLICE' takes an array of time series")
        }
        let start = try self.index(arguments[1])
        let end = arguments.count > 2 ? try self.index(arguments[2]) : array.count
        guard start < end else { return .array([]) }
        return .array(Array(array.dropFirst(start).prefix(end - start)))
    }

    private mutating func index(_ argument: MathExpression) throws(MathError) -> Int {
        guard case .scalar(let number) = try self.value(of: argument), let index = Int(exactly: number), index >= 0
        else { throw MathError("An index is a whole number of at least 0") }
        return index
    }

    /// `SORT(array, AVG, DESC, 10)`.
    private mutating func sort(_ arguments: [MathExpression]) throws(MathError) -> MathValue {
        guard case .array(let array) = try self.value(of: arguments[0]), case .name(let name) = arguments[1],
            let function = MathFunction(rawValue: name),
            [.average, .sum, .minimum, .maximum, .standardDeviation].contains(function),
            case .name(let order) = arguments[2], ["ASC", "DESC"].contains(order)
        else {
            throw MathError("Function 'SORT' takes an array, one of AVG, SUM, MIN, MAX and STDDEV, and ASC or DESC")
        }
        let limit = arguments.count > 3 ? try self.index(arguments[3]) : array.count
        let aggregation = Self.aggregation(function)
        let ranked = array.map { series in
            let values = series.series.points.map(\.value)
            // What has no points comes last in either order.
            return (series: series, rank: values.isEmpty ? nil : aggregation(values))
        }.sorted { left, right in
            switch (left.rank, right.rank) {
            case (let left?, let right?): order == "ASC" ? left < right : left > right
            case (.some, nil): true
            case (nil, _): false
            }
        }
        return .array(ranked.prefix(limit).map(\.series))
    }
}

extension LabelledSeries {
    /// Between each point and the one before it; the first has none.
    fileprivate func differences(_ difference: (MetricSeries.Point, MetricSeries.Point) -> Double) -> LabelledSeries {
        var before: MetricSeries.Point?
        return self.map { point in
            defer { before = point }
            return before.map { difference($0, point) }
        }
    }
}
