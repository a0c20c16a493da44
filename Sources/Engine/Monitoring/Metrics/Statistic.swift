/// What is computed of an aggregate: the five basic statistics and CloudWatch's extended ones.
package enum Statistic: Hashable, Sendable {
    case sampleCount, sum, average, minimum, maximum
    /// Above 0, up to 100.
    case percentile(Double)
    case trimmedMean(ValueSpan)
    case winsorizedMean(ValueSpan)
    case trimmedCount(ValueSpan)
    case trimmedSum(ValueSpan)
    /// Percent of the values that lie in the span.
    case percentileRank(ValueSpan)

    /// `nil` for anything that CloudWatch does not know: `p90`, `tm99.5`, `TM(10%:90%)`, `PR(:300)`, `IQM`…
    package init?(_ text: String) {
        switch text {
        case "SampleCount": self = .sampleCount
        case "Sum": self = .sum
        case "Average": self = .average
        case "Minimum": self = .minimum
        case "Maximum": self = .maximum
        case "IQM": self = .trimmedMean(ValueSpan(lower: .percent(25), upper: .percent(75)))
        default:
            guard let statistic = Self.short(text) ?? Self.long(text) else { return nil }
            self = statistic
        }
    }

    /// One of the five, which GetMetricStatistics and alarms call `Statistic`.
    package var isBasic: Bool {
        switch self {
        case .sampleCount, .sum, .average, .minimum, .maximum: true
        case .percentile, .trimmedMean, .winsorizedMean, .trimmedCount, .trimmedSum, .percentileRank: false
        }
    }

    /// `p99.9`, `tm90`: the lowest so many percent.
    private static func short(_ text: String) -> Statistic? {
        let name = text.prefix { $0.isLetter }.lowercased()
        let digits = text.dropFirst(name.count)
        guard digits.first?.isNumber == true, digits.allSatisfy({ $0.isNumber || $0 == "." }),
            let percent = Double(digits), percent > 0, percent <= 100,
            (digits.split(separator: ".", omittingEmptySubsequences: false).dropFirst().first?.count ?? 1) <= 10
        else { return nil }
        let span = ValueSpan(lower: nil, upper: .percent(percent))
        switch name {
        case "p": return .percentile(percent)
        case "tm": return .trimmedMean(span)
        case "wm": return .winsorizedMean(span)
        case "tc": return .trimmedCount(span)
        case "ts": return .trimmedSum(span)
        default: return nil
        }
    }

    /// `TM(10%:90%)`, `TC(0.005:0.030)`, `PR(:300)`.
    private static func long(_ text: String) -> Statistic? {
        guard text.hasSuffix(")"), let open = text.firstIndex(of: "("),
            let span = ValueSpan(text[text.index(after: open)...].dropLast())
        else { return nil }
        switch text[..<open] {
        case "TM": return .trimmedMean(span)
        case "WM": return .winsorizedMean(span)
        case "TC": return .trimmedCount(span)
        case "TS": return .trimmedSum(span)
        // A rank among percentages of itself would be its own bounds.
        case "PR": return span.isAbsolute ? .percentileRank(span) : nil
        default: return nil
        }
    }

    /// `nil` where the aggregate cannot tell it: percentiles need the values, and none below zero.
    package func value(of aggregate: MetricAggregate) -> Double? {
        switch self {
        case .sampleCount: return aggregate.count
        case .sum: return aggregate.sum
        case .average: return aggregate.sum / aggregate.count
        case .minimum: return aggregate.minimum
        case .maximum: return aggregate.maximum
        case .percentile, .trimmedMean, .winsorizedMean, .trimmedCount, .trimmedSum, .percentileRank:
            guard let distribution = aggregate.distribution, aggregate.minimum >= 0 else { return nil }
            return self.value(of: distribution)
        }
    }

    private func value(of distribution: ValueDistribution) -> Double? {
        switch self {
        case .percentile(let percent): return distribution.percentile(percent)
        case .trimmedMean(let span):
            let kept = distribution.trimmed(to: span)
            return kept.count > 0 ? kept.sum / kept.count : nil
        case .winsorizedMean(let span): return distribution.winsorizedMean(span)
        case .trimmedCount(let span): return distribution.trimmed(to: span).count
        case .trimmedSum(let span): return distribution.trimmed(to: span).sum
        case .percentileRank(let span):
            return distribution.count > 0 ? distribution.trimmed(to: span).count / distribution.count * 100 : nil
        case .sampleCount, .sum, .average, .minimum, .maximum: return nil
        }
    }
}
