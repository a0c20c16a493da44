internal import Foundation
internal import Model

/// What an expression, or a part of one, amounts to.
package enum MathValue: Equatable, Sendable {
    case scalar(Double)
    case series(LabelledSeries)
    case array([LabelledSeries])

    var kind: String {
        switch self {
        case .scalar: "a number"
        case .series: "a time series"
        case .array: "an array of time series"
        }
    }
}

/// A series of an array keeps the name of what it was made of.
package struct LabelledSeries: Equatable, Sendable {
    package var label: String
    package var series: MetricSeries

    package init(label: String, series: MetricSeries) {
        self.label = label
        self.series = series
    }

    /// Values that are no number have no point: what is divided by zero.
    func map(_ transform: (MetricSeries.Point) -> Double?) -> LabelledSeries {
        LabelledSeries(
            label: self.label,
            series: MetricSeries(
                points: self.series.points.compactMap { point in
                    transform(point).flatMap { $0.isFinite ? MetricSeries.Point(time: point.time, value: $0) : nil }
                },
                period: self.series.period))
    }

    /// A point where both have one.
    func combined(with other: LabelledSeries, _ combine: (Double, Double) -> Double?) -> LabelledSeries {
        let others = other.values
        var result = self.map { point in others[point.time].flatMap { combine(point.value, $0) } }
        result.series.period = max(self.series.period, other.series.period)
        return result
    }

    var values: [Timestamp: Double] {
        Dictionary(self.series.points.map { ($0.time, $0.value) }) { $1 }
    }
}

extension MathOperator {
    func apply(_ left: Double, _ right: Double) -> Double {
        switch self {
        case .add: left + right
        case .subtract: left - right
        case .multiply: left * right
        // Not a number also for 0/0: then there is no point.
        case .divide: right == 0 ? .nan : left / right
        case .power: pow(left, right)
        case .equal: left == right ? 1 : 0
        case .notEqual: left != right ? 1 : 0
        case .less: left < right ? 1 : 0
        case .greater: left > right ? 1 : 0
        case .lessOrEqual: left <= right ? 1 : 0
        case .greaterOrEqual: left >= right ? 1 : 0
        case .and: left != 0 && right != 0 ? 1 : 0
        case .or: left != 0 || right != 0 ? 1 : 0
        }
    }
}
