/// Between which bounds values count: each absolute, or a percentage of all values.
package struct ValueSpan: Hashable, Sendable {
    package enum Bound: Hashable, Sendable {
        case percent(Double)
        case value(Double)
    }

    package let lower: Bound?
    package let upper: Bound?

    package init(lower: Bound?, upper: Bound?) {
        self.lower = lower
        self.upper = upper
    }

    /// `10%:90%`, `0.005:0.030`, `:95%`. `nil` where neither bound is given, they differ in kind, or are in no order.
    init?(_ text: Substring) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        var bounds: [Bound?] = []
        for part in parts {
            guard !part.isEmpty else {
                bounds.append(nil)
                continue
            }
            guard let number = Double(part.hasSuffix("%") ? part.dropLast() : part), number.isFinite else { return nil }
            bounds.append(part.hasSuffix("%") ? .percent(number) : .value(number))
        }
        switch (bounds[0], bounds[1]) {
        case (nil, nil): return nil
        case (.percent(let low), .percent(let high)) where low >= high || low < 0 || high > 100: return nil
        case (.value(let low), .value(let high)) where low >= high: return nil
        case (.percent, .value), (.value, .percent): return nil
        case (let lower, let upper): self.init(lower: lower, upper: upper)
        }
    }

    var isAbsolute: Bool {
        for case .percent in [self.lower, self.upper] { return false }
        return true
    }
}

extension ValueDistribution {
    /// The smallest value that so many percent of all values do not exceed.
    func percentile(_ percent: Double) -> Double? {
        let rank = percent / 100 * self.count
        var seen = 0.0
        for bucket in self.buckets {
            seen += bucket.count
            // Sums of fractions are rarely exact.
            if seen >= rank - 1e-9 { return bucket.value }
        }
        return self.buckets.last?.value
    }

    /// What lies in the span. A value on the border between kept and trimmed counts in part.
    func trimmed(to span: ValueSpan) -> (count: Double, sum: Double) {
        let total = self.count
        var kept = (count: 0.0, sum: 0.0)
        var start = 0.0
        for bucket in self.buckets {
            let share: Double
            switch (span.lower, span.upper) {
            case (.percent, _), (_, .percent):
                var (from, to) = (0.0, total)
                if case .percent(let low) = span.lower { from = low / 100 * total }
                if case .percent(let high) = span.upper { to = high / 100 * total }
                share = max(0, min(start + bucket.count, to) - max(start, from))
            case (.value, _), (nil, .value), (nil, nil):
                // The lower bound is exclusive, the upper inclusive.
                var isKept = true
                if case .value(let low) = span.lower, bucket.value <= low { isKept = false }
                if case .value(let high) = span.upper, bucket.value > high { isKept = false }
                share = isKept ? bucket.count : 0
            }
            kept.count += share
            kept.sum += share * bucket.value
            start += bucket.count
        }
        return kept
    }

    /// Values outside of the span count as the value on its border.
    func winsorizedMean(_ span: ValueSpan) -> Double? {
        let low = self.border(span.lower)
        let high = self.border(span.upper)
        let total = self.count
        guard total > 0 else { return nil }
        let sum = self.buckets.reduce(0.0) { sum, bucket in
            sum + min(max(bucket.value, low ?? bucket.value), high ?? bucket.value) * bucket.count
        }
        return sum / total
    }

    private func border(_ bound: ValueSpan.Bound?) -> Double? {
        switch bound {
        case .percent(let percent): self.percentile(percent)
        case .value(let value): value
        case nil: nil
        }
    }
}
