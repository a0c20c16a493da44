package import Model

/// What the datapoints of an evaluation range say about an alarm (cloudwatch.md section 4; the table of its examples is
/// `AlarmEvaluationTests`).
package struct AlarmEvaluation: Equatable, Sendable {
    package let criteria: AlarmCriteria
    /// One place a period, oldest first; `nil` where there is no datapoint.
    package let range: [MetricSeries.Point?]

    /// - Parameter range: `criteria.evaluationRange` places.
    package init(criteria: AlarmCriteria, range: [MetricSeries.Point?]) {
        self.criteria = criteria
        self.range = range
    }

    /// Puts a series' points into the periods that end at `end`.
    package init(criteria: AlarmCriteria, series: MetricSeries, endingAt end: Timestamp) {
        var range: [MetricSeries.Point?] = Array(repeating: nil, count: criteria.evaluationRange)
        let start = end - series.period * criteria.evaluationRange
        let grid = PeriodGrid(start: start, end: end, period: series.period)
        for point in series.points where point.time >= start && point.time < end {
            let index = Int((point.time.milliseconds - start.milliseconds) / grid.period.milliseconds)
            range[index] = point
        }
        self.init(criteria: criteria, range: range)
    }

    /// `nil` where the alarm stays as it is.
    package var state: AlarmState? {
        let real = self.range.compactMap(\.self)
        let (needed, toAlarm) = (self.criteria.evaluationPeriods, self.criteria.datapointsToAlarm)
        if real.count >= needed {
            let breaching = real.suffix(needed).count(where: self.isBreaching)
            return breaching >= toAlarm ? .alarm : .ok
        }
        let breaching = real.count(where: self.isBreaching)
        switch self.criteria.missingData {
        case .breaching: return breaching + needed - real.count >= toAlarm ? .alarm : .ok
        case .notBreaching: return breaching >= toAlarm ? .alarm : .ok
        case .missing, .ignore: return self.stateOfSparse(breaching: breaching, real: real.count)
        }
    }

    /// Fewer datapoints than are needed, and nothing stands in for the others.
    private func stateOfSparse(breaching: Int, real: Int) -> AlarmState? {
        let isIgnored = self.criteria.missingData == .ignore
        guard real > 0 else { return isIgnored ? nil : .insufficientData }
        let hasGoodPoint = breaching < real
        if !hasGoodPoint, let oldest = self.range.firstIndex(where: { $0 != nil }),
            self.range.count - oldest >= self.criteria.datapointsToAlarm
        {
            return isIgnored ? nil : .alarm
        }
        if breaching >= self.criteria.datapointsToAlarm { return .alarm }
        // Nothing but bad points, and those too young: it may have begun just now.
        return hasGoodPoint ? .ok : nil
    }

    func isBreaching(_ point: MetricSeries.Point) -> Bool {
        self.criteria.comparison.isBreaching(point.value, self.criteria.threshold)
    }

    /// The datapoints that decided: the newest N, or all that there are.
    package var decisive: [MetricSeries.Point] {
        Array(self.range.compactMap(\.self).suffix(self.criteria.evaluationPeriods))
    }
}
