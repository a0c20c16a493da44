/// A metric math expression as it was written (GetMetricData, "Metric math syntax and functions").
package indirect enum MathExpression: Hashable, Sendable {
    case number(Double)
    case text(String)
    /// The id of another query, or a word that a function takes (`REPEAT`, `ASC`).
    case name(String)
    case array([MathExpression])
    case negative(MathExpression)
    case operation(MathOperator, MathExpression, MathExpression)
    case call(MathFunction, [MathExpression])

    /// - Throws: `MathError` where the text is no expression, or asks for a function that is not here.
    package init(parsing text: String) throws(MathError) {
        var parser = MathParser(tokens: try MathLexer.tokens(of: text))
        self = try parser.expression()
    }
}

package enum MathOperator: String, Hashable, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case power = "^"
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case greater = ">"
    case lessOrEqual = "<="
    case greaterOrEqual = ">="
    case and = "AND"
    case or = "OR"
}

package enum MathFunction: String, Hashable, Sendable, CaseIterable {
    case abs = "ABS"
    case average = "AVG"
    case ceiling = "CEIL"
    case dataPointCount = "DATAPOINT_COUNT"
    case date = "DATE"
    case day = "DAY"
    case difference = "DIFF"
    case differenceInTime = "DIFF_TIME"
    case epoch = "EPOCH"
    case fill = "FILL"
    case first = "FIRST"
    case floor = "FLOOR"
    case hour = "HOUR"
    case `if` = "IF"
    case last = "LAST"
    case log = "LOG"
    case log10 = "LOG10"
    case maximum = "MAX"
    case metricCount = "METRIC_COUNT"
    case metrics = "METRICS"
    case minimum = "MIN"
    case minute = "MINUTE"
    case month = "MONTH"
    case period = "PERIOD"
    case rate = "RATE"
    case removeEmpty = "REMOVE_EMPTY"
    case runningSum = "RUNNING_SUM"
    case slice = "SLICE"
    case sort = "SORT"
    case standardDeviation = "STDDEV"
    case sum = "SUM"
    case timeSeries = "TIME_SERIES"
    case year = "YEAR"

    /// How many arguments it takes.
    var arity: ClosedRange<Int> {
        switch self {
        case .metrics: 0...1
        case .fill: 2...2
        case .if, .slice: 2...3
        case .sort: 3...4
        case .abs, .average, .ceiling, .dataPointCount, .date, .day, .difference, .differenceInTime, .epoch, .first,
            .floor, .hour, .last, .log, .log10, .maximum, .metricCount, .minimum, .minute, .month, .period, .rate,
            .removeEmpty, .runningSum, .standardDeviation, .sum, .timeSeries, .year:
            1...1
        }
    }
}

/// Why an expression cannot be computed.
package struct MathError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
