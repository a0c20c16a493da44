internal import CloudWatchAPI
internal import Model
internal import Monitoring
internal import WireProtocol

/// Reads one datum of PutMetricData.
struct MetricDatumReading {
    /// Beyond ±2^360 values are refused.
    private static let largestValue = 0x1p360

    let datum: CloudWatch.MetricDatum
    /// `MetricData.member.1`.
    let place: String

    /// `nil` where every value is counted zero times.
    /// - Throws: CloudWatch's error for what the model does not say.
    func sample(namespace: String, at now: Timestamp) throws -> MetricSample? {
        let time = self.datum.timestamp ?? now
        guard time >= now - .hours(24 * 14) else {
            throw CloudWatch.Errors.invalidParameterValueException(
                "The parameter \(self.place).Timestamp must specify a time within the past two weeks.")
        }
        guard time <= now + .hours(2) else {
            throw CloudWatch.Errors.invalidParameterValueException(
                "The parameter \(self.place).Timestamp must specify a time no more than two hours in the future.")
        }
        guard let aggregate = try self.aggregate() else { return nil }
        return MetricSample(
            metric: MetricIdentity(
                namespace: namespace, name: self.datum.metricName, dimensions: self.datum.dimensions.described),
            unit: self.datum.unit?.rawValue ?? "None", time: time,
            // 1 and 60 are documented; what AWS says to others is unconfirmed, and some test suites send them.
            resolution: self.datum.storageResolution == 1 ? 1 : 60, aggregate: aggregate)
    }

    private func aggregate() throws -> MetricAggregate? {
        switch (self.datum.value, self.datum.statisticValues, self.datum.values) {
        case (let value?, nil, nil):
            try self.check(value, "Value")
            return MetricAggregate(values: [.init(value: value, count: 1)])
        case (nil, let set?, nil): return try self.aggregate(of: set)
        case (nil, nil, let values?): return try self.aggregate(of: values)
        case (nil, nil, nil):
            throw CloudWatch.Errors.missingRequiredParameterException(
                "At least one of the parameters \(self.place).Value, \(self.place).Values and "
                    + "\(self.place).StatisticValues must be specified.")
        case (.some, .some, _): throw Self.combination("\(self.place).Value", "\(self.place).StatisticValues")
        case (nil, .some, .some): throw Self.combination("\(self.place).StatisticValues", "\(self.place).Values")
        case (.some, nil, .some):
            throw CloudWatch.Errors.invalidParameterValueException(
                Self.exclusive("\(self.place).Value", "\(self.place).Values"))
        }
    }

    private func aggregate(of set: CloudWatch.StatisticSet) throws -> MetricAggregate? {
        for (value, name) in [
            (set.sampleCount, "SampleCount"), (set.sum, "Sum"), (set.minimum, "Minimum"), (set.maximum, "Maximum"),
        ] { try self.check(value, "StatisticValues.\(name)") }
        guard set.sampleCount >= 0 else { throw self.invalid(set.sampleCount, "StatisticValues.SampleCount") }
        guard set.minimum <= set.maximum else {
            throw CloudWatch.Errors.invalidParameterValueException(
                "The parameter \(self.place).StatisticValues.Maximum must be greater than or equal to "
                    + "\(self.place).StatisticValues.Minimum.")
        }
        guard set.sampleCount > 0 else { return nil }
        return MetricAggregate(
            statisticSet: set.sampleCount, sum: set.sum, minimum: set.minimum, maximum: set.maximum)
    }

    private func aggregate(of values: [Double]) throws -> MetricAggregate? {
        guard !values.isEmpty else {
            throw CloudWatch.Errors.missingRequiredParameterException(
                "The parameter \(self.place).Values is required.")
        }
        guard values.count <= 150 else {
            throw CloudWatch.Errors.invalidParameterValueException(
                "The collection \(self.place).Values must not have a size greater than 150.")
        }
        let counts = self.datum.counts ?? values.map { _ in 1 }
        guard counts.count == values.count else {
            throw CloudWatch.Errors.invalidParameterValueException(
                "The parameters \(self.place).Values and \(self.place).Counts must be of the same size.")
        }
        for value in values { try self.check(value, "Values") }
        for count in counts {
            try self.check(count, "Counts")
            guard count >= 0 else { throw self.invalid(count, "Counts") }
        }
        return MetricAggregate(values: zip(values, counts).map { .init(value: $0, count: $1) })
    }

    private func check(_ value: Double, _ name: String) throws {
        guard value.isFinite, abs(value) <= Self.largestValue else { throw self.invalid(value, name) }
    }

    private func invalid(_ value: Double, _ name: String) -> AWSError {
        let text = value.isNaN ? "NaN" : "\(value)"
        return CloudWatch.Errors.invalidParameterValueException(
            "The value \(text) for parameter \(self.place).\(name) is invalid.")
    }

    private static func combination(_ left: String, _ right: String) -> AWSError {
        CloudWatch.Errors.invalidParameterCombinationException(self.exclusive(left, right))
    }

    private static func exclusive(_ left: String, _ right: String) -> String {
        "The parameters \(left) and \(right) are mutually exclusive and you have specified both."
    }
}

extension [CloudWatch.Dimension]? {
    var described: [MetricDimension] { (self ?? []).map { MetricDimension(name: $0.name, value: $0.value) } }
}

extension MetricIdentity {
    var dimensionShapes: [CloudWatch.Dimension] {
        self.dimensions.map { CloudWatch.Dimension(name: $0.name, value: $0.value) }
    }
}
