/// When an alarm is breaching, and how often that has to be (PutMetricAlarm).
package struct AlarmCriteria: Hashable, Sendable {
    package enum Comparison: String, Sendable, CaseIterable {
        case greaterThanOrEqual = "GreaterThanOrEqualToThreshold"
        case greaterThan = "GreaterThanThreshold"
        case lessThan = "LessThanThreshold"
        case lessThanOrEqual = "LessThanOrEqualToThreshold"

        func isBreaching(_ value: Double, _ threshold: Double) -> Bool {
            switch self {
            case .greaterThanOrEqual: value >= threshold
            case .greaterThan: value > threshold
            case .lessThan: value < threshold
            case .lessThanOrEqual: value <= threshold
            }
        }

        /// As reasons word it.
        var phrase: String {
            switch self {
            case .greaterThanOrEqual: "greater than or equal to"
            case .greaterThan: "greater than"
            case .lessThan: "less than"
            case .lessThanOrEqual: "less than or equal to"
            }
        }
    }

    /// What a period without data counts as.
    package enum MissingData: String, Sendable, CaseIterable {
        case missing
        case ignore
        case breaching
        case notBreaching
    }

    package let comparison: Comparison
    package let threshold: Double
    /// N: how many datapoints are looked at.
    package let evaluationPeriods: Int
    /// M: how many of them must be breaching, at most N.
    package let datapointsToAlarm: Int
    package let missingData: MissingData

    package init(
        comparison: Comparison, threshold: Double, evaluationPeriods: Int, datapointsToAlarm: Int,
        missingData: MissingData
    ) {
        self.comparison = comparison
        self.threshold = threshold
        self.evaluationPeriods = evaluationPeriods
        self.datapointsToAlarm = datapointsToAlarm
        self.missingData = missingData
    }

    /// R: how many periods are read, so that a late or missing datapoint does not decide alone. AWS's own number is not
    /// published; its examples read five for three.
    package var evaluationRange: Int { self.evaluationPeriods + 2 }
}
