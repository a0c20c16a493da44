package import Model

/// Values over time. A period without data has no point.
package struct MetricSeries: Equatable, Sendable {
    package struct Point: Equatable, Sendable {
        /// The start of the point's period.
        package let time: Timestamp
        package let value: Double

        package init(time: Timestamp, value: Double) {
            self.time = time
            self.value = value
        }
    }

    /// Ascending by time, each time once.
    package var points: [Point]
    package var period: Duration

    package init(points: [Point], period: Duration) {
        self.points = points
        self.period = period
    }
}

/// Periods of equal length, one after another.
package struct PeriodGrid: Equatable, Sendable {
    /// The first period's start.
    package let start: Timestamp
    /// Exclusive; the last period may reach beyond it.
    package let end: Timestamp
    package let period: Duration

    /// - Precondition: `period` is longer than a millisecond.
    package init(start: Timestamp, end: Timestamp, period: Duration) {
        precondition(period.milliseconds > 0, "a period has a length")
        self.start = start
        self.end = end
        self.period = period
    }

    /// How many periods it has.
    package var count: Int {
        let span = self.end.milliseconds - self.start.milliseconds
        let length = self.period.milliseconds
        return span <= 0 ? 0 : Int((span + length - 1) / length)
    }

    /// The start of the period that a moment belongs to.
    package func start(of time: Timestamp) -> Timestamp {
        let length = self.period.milliseconds
        let offset = time.milliseconds - self.start.milliseconds
        return Timestamp(milliseconds: self.start.milliseconds + offset / length * length)
    }

    package func start(ofPeriod index: Int) -> Timestamp {
        self.start + .milliseconds(Int64(index) * self.period.milliseconds)
    }
}
