internal import CloudWatchAPI
internal import Model
internal import Monitoring
internal import WireProtocol

/// What PutMetricAlarm refuses besides what the model says.
struct MetricAlarmRules {
    let input: CloudWatch.PutMetricAlarmInput
    let account: String

    /// - Throws: mostly `ValidationError`, naming the member.
    func check() throws {
        try self.checkSupport()
        try self.checkOptions()
        guard let periods = self.input.evaluationPeriods else { throw Self.missing("evaluationPeriods") }
        guard self.input.comparisonOperator != nil else { throw Self.missing("comparisonOperator") }
        guard self.input.threshold?.isFinite == true else {
            throw AWSError.validation("The parameter Threshold is required and must be a number.")
        }
        if let toAlarm = self.input.datapointsToAlarm, toAlarm > periods {
            throw AWSError.validation("DatapointsToAlarm must be less than or equal to EvaluationPeriods.")
        }
        let period = try self.input.metrics == nil ? self.checkMetric() : self.checkExpression()
        // An overflow is too long as well.
        let (length, isOverflow) = period.multipliedReportingOverflow(by: periods)
        let longest = period < 3600 ? 86_400 : 604_800
        guard !isOverflow, length <= longest else {
            throw AWSError.validation(
                "Metrics cannot be checked across more than \(longest / 86_400 == 1 ? "a day" : "seven days") "
                    + "(EvaluationPeriods * Period must be <= \(longest)).")
        }
    }

    private func checkSupport() throws {
        let unsupported: [(name: String, isSet: Bool)] = [
            ("ThresholdMetricId", self.input.thresholdMetricId != nil),
            ("EvaluationCriteria", self.input.evaluationCriteria != nil),
            ("EvaluationInterval", self.input.evaluationInterval != nil),
        ]
        for member in unsupported where member.isSet {
            throw AWSError.validation("The parameter \(member.name) is not supported by Teal.")
        }
        if let comparison = self.input.comparisonOperator,
            AlarmCriteria.Comparison(rawValue: comparison.rawValue) == nil
        {
            throw AWSError.validation(
                "The value \(comparison) for parameter ComparisonOperator needs an anomaly detection model, which Teal "
                    + "does not support.")
        }
    }

    private func checkOptions() throws {
        if let option = self.input.treatMissingData, AlarmCriteria.MissingData(rawValue: option) == nil {
            throw AWSError.validation(
                "Option \(option) is not supported. Supported options for parameter TreatMissingData are breaching, "
                    + "notBreaching, ignore and missing.")
        }
        if let option = self.input.evaluateLowSampleCountPercentile, !["evaluate", "ignore"].contains(option) {
            throw AWSError.validation(
                "Option \(option) is not supported. Supported options for parameter EvaluateLowSampleCountPercentile are "
                    + "evaluate and ignore.")
        }
    }

    /// An alarm of one metric.
    /// - Returns: its period.
    private func checkMetric() throws -> Int {
        guard self.input.metricName != nil else { throw Self.missing("metricName") }
        guard self.input.namespace != nil else { throw Self.missing("namespace") }
        guard let period = self.input.period else { throw Self.missing("period") }
        try Self.check(period)
        switch (self.input.statistic, self.input.extendedStatistic) {
        case (nil, nil), (.some, .some):
            throw AWSError.validation("Exactly one of Statistic and ExtendedStatistic must be specified.")
        case (.some, nil): break
        case (nil, let text?):
            guard let statistic = Statistic(text), !statistic.isBasic else {
                throw CloudWatch.Errors.invalidParameterValueException(
                    "The value \(text) for parameter ExtendedStatistic is not supported.")
            }
        }
        return period
    }

    /// An alarm of an expression over several metrics.
    /// - Returns: the period that its metrics share.
    private func checkExpression() throws -> Int {
        let single: [(name: String, isSet: Bool)] = [
            ("MetricName", self.input.metricName != nil), ("Namespace", self.input.namespace != nil),
            ("Statistic", self.input.statistic != nil), ("ExtendedStatistic", self.input.extendedStatistic != nil),
            ("Dimensions", self.input.dimensions?.isEmpty == false), ("Period", self.input.period != nil),
            ("Unit", self.input.unit != nil),
        ]
        for member in single where member.isSet {
            throw AWSError.validation(
                "The parameters Metrics and \(member.name) are mutually exclusive and you have specified both.")
        }
        let queries = try MetricQueries(self.input.metrics ?? [], named: "Metrics", account: self.account).queries
        guard !queries.isEmpty else { throw AWSError.validation("The parameter Metrics is required.") }
        guard queries.count <= 20, queries.compactMap(\.period).count <= 10 else {
            throw AWSError.validation("An alarm can use at most 10 metrics.")
        }
        guard queries.filter(\.isReturned).count == 1 else {
            throw AWSError.validation("Exactly one element of the metrics list should return data.")
        }
        let periods = Set(queries.compactMap(\.period))
        guard periods.count <= 1 else {
            throw AWSError.validation("Period must not be different for metrics of an alarm.")
        }
        guard let period = periods.first else {
            throw AWSError.validation("An alarm's expression must use at least one metric.")
        }
        try Self.check(period)
        return period
    }

    private static func check(_ period: Int) throws {
        guard [10, 20, 30].contains(period) || period % 60 == 0 else {
            throw AWSError.validation("Period must be 10, 20, 30 or a multiple of 60.")
        }
    }

    private static func missing(_ name: String) -> AWSError {
        .validation(
            "1 validation error detected: "
                + ValidationFailure(path: name, reason: .missing).sentence)
    }
}

/// What an alarm's actions may be.
enum AlarmActionRules {
    static func check(_ configuration: AlarmConfiguration) throws {
        for action in configuration.actions.all {
            guard let arn = ARN(action) else { throw AWSError.validation("Invalid arn syntax: \(action)") }
            if case .composite = configuration, ["automate", "swf", "autoscaling", "ec2"].contains(arn.service) {
                throw AWSError.validation("Composite alarms cannot have actions of \(arn.service): \(action)")
            }
        }
    }
}
