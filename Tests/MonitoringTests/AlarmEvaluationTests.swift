internal import Model
internal import Monitoring
internal import Testing

/// The two tables of "Using Amazon CloudWatch alarms" that show how missing data are treated, and what lies between them.
struct AlarmEvaluationTests {
    private static let columns: [AlarmCriteria.MissingData] = [.missing, .ignore, .breaching, .notBreaching]

    /// `0` is good, `X` breaching, `-` missing; oldest first. Three evaluation periods; `nil` keeps the state.
    private static let table: [(points: String, toAlarm: Int, states: [AlarmState?])] = [
        ("0-X-X", 3, [.ok, .ok, .ok, .ok]),
        ("0----", 3, [.ok, .ok, .ok, .ok]),
        ("-----", 3, [.insufficientData, nil, .alarm, .ok]),
        ("0XX-X", 3, [.alarm, .alarm, .alarm, .alarm]),
        ("--X--", 3, [.alarm, nil, .alarm, .ok]),
        ("0-X-X", 2, [.alarm, .alarm, .alarm, .alarm]),
        ("00X0X", 2, [.alarm, .alarm, .alarm, .alarm]),
        ("0-X--", 2, [.ok, .ok, .alarm, .ok]),
        ("----0", 2, [.ok, .ok, .alarm, .ok]),
        ("---X-", 2, [.alarm, nil, .alarm, .ok]),
    ]

    private static func evaluation(
        _ points: String, periods: Int, toAlarm: Int, _ missing: AlarmCriteria.MissingData = .missing,
        comparison: AlarmCriteria.Comparison = .greaterThan
    ) -> AlarmEvaluation {
        let criteria = AlarmCriteria(
            comparison: comparison, threshold: 50, evaluationPeriods: periods, datapointsToAlarm: toAlarm,
            missingData: missing)
        let range = points.enumerated().map { index, point in
            point == "-"
                ? nil
                : MetricSeries.Point(time: Timestamp(seconds: Double(index * 60)), value: point == "X" ? 99.5 : 1)
        }
        return AlarmEvaluation(criteria: criteria, range: range)
    }

    @Test(arguments: Self.table.indices) func treatsMissingDataAsDocumented(row: Int) {
        let (points, toAlarm, states) = Self.table[row]
        for (treatment, state) in zip(Self.columns, states) {
            #expect(
                Self.evaluation(points, periods: 3, toAlarm: toAlarm, treatment).state == state,
                "\(points), \(toAlarm) of 3, \(treatment.rawValue)")
        }
    }

    @Test func aYoungBadPointAloneDoesNotAlarm() {
        #expect(Self.evaluation("----X", periods: 3, toAlarm: 3).state == nil)
        #expect(Self.evaluation("----X", periods: 3, toAlarm: 3, .breaching).state == .alarm)
    }

    @Test func oneOfOneAlarmsAtOnce() {
        #expect(Self.evaluation("--X", periods: 1, toAlarm: 1).state == .alarm)
        #expect(Self.evaluation("-X0", periods: 1, toAlarm: 1).state == .ok, "the newest point decides")
        #expect(Self.evaluation("X--", periods: 1, toAlarm: 1, .notBreaching).state == .alarm, "late data still count")
    }

    @Test func comparesWithTheThresholdItself() {
        let at = MetricSeries.Point(time: .epoch, value: 50)
        for (comparison, isAlarm) in [
            (AlarmCriteria.Comparison.greaterThan, false), (.greaterThanOrEqual, true), (.lessThan, false),
            (.lessThanOrEqual, true),
        ] {
            let criteria = AlarmCriteria(
                comparison: comparison, threshold: 50, evaluationPeriods: 1, datapointsToAlarm: 1, missingData: .missing
            )
            #expect(
                AlarmEvaluation(criteria: criteria, range: [nil, nil, at]).state == (isAlarm ? .alarm : .ok),
                "\(comparison.rawValue)")
        }
    }

    @Test func pointsFallIntoThePeriodsBeforeTheEnd() {
        let criteria = AlarmCriteria(
            comparison: .greaterThan, threshold: 0, evaluationPeriods: 1, datapointsToAlarm: 1, missingData: .missing)
        let end = Timestamp(seconds: 600)
        let points = [299.0, 420, 540, 600].map { MetricSeries.Point(time: Timestamp(seconds: $0), value: $0) }
        let evaluation = AlarmEvaluation(
            criteria: criteria, series: MetricSeries(points: points, period: .seconds(60)), endingAt: end)
        #expect(
            evaluation.range.map { $0?.value } == [420, nil, 540], "the end is exclusive, what is older is out of range"
        )
    }

    private static func reason(_ evaluation: AlarmEvaluation, _ old: AlarmState, _ new: AlarmState) -> AlarmReason {
        AlarmReason(
            evaluation, from: old, to: new, statistic: "Average", unit: nil, period: 60, at: Timestamp(seconds: 600))
    }

    @Test func saysWhyAsCloudWatchDoes() {
        let one = Self.evaluation("--X", periods: 1, toAlarm: 1)
        #expect(
            Self.reason(one, .ok, .alarm).text
                == "Threshold Crossed: 1 out of the last 1 datapoint [99.5 (01/01/70 00:02:00)] was greater than the "
                + "threshold (50.0) (minimum 1 datapoint for OK -> ALARM transition).")
        let many = Self.evaluation("0XX-X", periods: 3, toAlarm: 3)
        #expect(
            Self.reason(many, .ok, .alarm).text
                == "Threshold Crossed: 3 out of the last 3 datapoints [99.5 (01/01/70 00:04:00), 99.5 (01/01/70 00:02:00), "
                + "99.5 (01/01/70 00:01:00)] were greater than the threshold (50.0) (minimum 3 datapoints for OK -> ALARM "
                + "transition).")
        let good = Self.evaluation("--0", periods: 1, toAlarm: 1)
        #expect(Self.reason(good, .alarm, .ok).text.contains("was not greater than the threshold (50.0)"))
        let none = Self.evaluation("---", periods: 1, toAlarm: 1)
        #expect(Self.reason(none, .ok, .insufficientData).text == "Insufficient Data: 1 datapoint was unknown.")
        let filled = Self.evaluation("---", periods: 1, toAlarm: 1, .notBreaching)
        #expect(
            Self.reason(filled, .insufficientData, .ok).text
                == "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as "
                + "[NonBreaching].")
    }

    @Test func reasonDataAreJSON() throws {
        let data = try JSONValue(parsing: Self.reason(Self.evaluation("0X0", periods: 2, toAlarm: 1), .ok, .alarm).data)
        #expect(data["recentDatapoints"] == .array([.number(99.5), .number(1)]))
        #expect(data["startDate"]?.string == "1970-01-01T00:01:00.000+0000")
        #expect(data["period"]?.integer == 60)
    }
}
