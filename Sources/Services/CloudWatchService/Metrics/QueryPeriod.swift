internal import Model
internal import Monitoring

/// The periods that a query of metric data covers.
enum QueryPeriod {
    /// 1, 5, 10, 20, 30 or a multiple of 60 seconds.
    static func isAllowed(_ seconds: Int) -> Bool {
        [1, 5, 10, 20, 30].contains(seconds) || (seconds > 0 && seconds % 60 == 0)
    }

    /// Periods follow one another from the start, which is rounded down: to the minute, the older the coarser, and to the
    /// period itself where that is shorter than a minute.
    static func grid(from start: Timestamp, to end: Timestamp, period: Int, now: Timestamp) -> PeriodGrid {
        let step: Int
        switch now - start {
        case ..<MetricTier.minute.retention: step = period < 60 ? period : 60
        case ..<MetricTier.fiveMinutes.retention: step = 300
        default: step = 3600
        }
        let length = Int64(step) * 1000
        let remainder = start.milliseconds % length
        let rounded = start.milliseconds - (remainder < 0 ? remainder + length : remainder)
        return PeriodGrid(
            start: Timestamp(milliseconds: rounded), end: end, period: .seconds(period))
    }
}

extension Timestamp {
    /// Without its fraction, which queries of metric data ignore.
    var wholeSecond: Timestamp { MetricTier.second.start(of: self) }
}
