package import Model

/// The sentence that says why an alarm is in its state, and the same for programs.
package struct AlarmReason: Equatable, Sendable {
    package let text: String
    /// JSON.
    package let data: String

    /// Of a state that the evaluation has come to.
    /// - Parameters:
    ///   - statistic: as the alarm names it; `nil` for one of an expression.
    ///   - unit: as the alarm names it.
    ///   - period: as the alarm names it, in seconds.
    package init(
        _ evaluation: AlarmEvaluation, from old: AlarmState, to new: AlarmState, statistic: String?, unit: String?,
        period: Int, at now: Timestamp
    ) {
        self.text = Self.text(evaluation, from: old, to: new)
        let points = evaluation.decisive
        var members: [JSONValue.Member] = [
            .init("version", .string("1.0")), .init("queryDate", .string(AlarmTime.offset(now))),
        ]
        if !points.isEmpty { members.append(.init("startDate", .string(AlarmTime.offset(points[0].time)))) }
        if let statistic { members.append(.init("statistic", .string(statistic))) }
        if let unit { members.append(.init("unit", .string(unit))) }
        members += [
            .init("period", .integer(Int64(period))),
            .init("recentDatapoints", .array(points.map { .number($0.value) })),
            .init("threshold", .number(evaluation.criteria.threshold)),
            .init(
                "evaluatedDatapoints",
                .array(
                    points.reversed().map { point in
                        .object([
                            .init("timestamp", .string(AlarmTime.offset(point.time))),
                            .init("value", .number(point.value)),
                        ])
                    })),
        ]
        self.data = JSONValue.object(members).text
    }

    private static func text(_ evaluation: AlarmEvaluation, from old: AlarmState, to new: AlarmState) -> String {
        let criteria = evaluation.criteria
        let needed = criteria.evaluationPeriods
        let points = evaluation.decisive
        guard new != .insufficientData else {
            return "Insufficient Data: \(Self.count(needed, "datapoint")) \(needed == 1 ? "was" : "were") unknown."
        }
        let toChange = new == .alarm ? criteria.datapointsToAlarm : needed - criteria.datapointsToAlarm + 1
        let minimum =
            "(minimum \(Self.count(toChange, "datapoint")) for \(old.rawValue) -> \(new.rawValue) transition)."
        let missing = needed - points.count
        guard !points.isEmpty else {
            return "Threshold Crossed: no datapoints were received for \(Self.count(needed, "period")) and "
                + Self.treated(needed, criteria.missingData) + "."
        }
        let told = points.filter { evaluation.isBreaching($0) == (new == .alarm) }
        let shown = told.isEmpty ? points : told
        let values = shown.reversed().map { "\($0.value) (\(AlarmTime.short($0.time)))" }.joined(separator: ", ")
        let verb = shown.count == 1 ? "was" : "were"
        let negation = new == .alarm ? "" : "not "
        var text =
            "Threshold Crossed: \(shown.count) out of the last \(Self.count(needed, "datapoint")) [\(values)] \(verb) "
            + "\(negation)\(criteria.comparison.phrase) the threshold (\(criteria.threshold))"
        let isFilled = criteria.missingData == .breaching || criteria.missingData == .notBreaching
        if missing > 0, isFilled { text += " and \(Self.treated(missing, criteria.missingData))" }
        return text + " " + minimum
    }

    private static func treated(_ count: Int, _ treatment: AlarmCriteria.MissingData) -> String {
        let name = treatment == .breaching ? "Breaching" : "NonBreaching"
        return "\(Self.count(count, "missing datapoint")) \(count == 1 ? "was" : "were") treated as [\(name)]"
    }

    private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}

/// How CloudWatch writes moments in an alarm's texts.
package enum AlarmTime {
    /// `2019-10-02T17:04:40.985+0000`.
    package static func offset(_ time: Timestamp) -> String { time.iso8601.dropLast() + "+0000" }

    /// `Friday 18 December, 2020 00:00:00 UTC`.
    package static func long(_ time: Timestamp) -> String {
        let fields = time.calendarFields
        // The epoch began on a Thursday.
        let weekday = self.weekdays[Int(((time.milliseconds / 86_400_000) % 7 + 7) % 7)]
        return "\(weekday) \(self.two(fields.day)) \(self.months[fields.month - 1]), \(fields.year) "
            + "\(self.two(fields.hour)):\(self.two(fields.minute)):\(self.two(fields.second)) UTC"
    }

    private static let weekdays = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"]
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    private static func two(_ number: Int) -> String { (number % 100 < 10 ? "0" : "") + String(number % 100) }

    /// `02/10/19 16:59:00`.
    static func short(_ time: Timestamp) -> String {
        let fields = time.calendarFields
        return "\(self.two(fields.day))/\(self.two(fields.month))/\(self.two(fields.year)) "
            + "\(self.two(fields.hour)):\(self.two(fields.minute)):\(self.two(fields.second))"
    }
}
