package import Model

/// All data of one metric, unit and span of time.
package struct MetricAggregate: Hashable, Sendable {
    package var count: Double
    package var sum: Double
    package var minimum: Double
    package var maximum: Double
    /// `nil` once a statistic set of several different samples is in it: then no percentile can be told.
    package var distribution: ValueDistribution?

    package init(count: Double, sum: Double, minimum: Double, maximum: Double, distribution: ValueDistribution?) {
        self.count = count
        self.sum = sum
        self.minimum = minimum
        self.maximum = maximum
        self.distribution = distribution
    }

    /// A statistic set, as producers send it. One sample, or equal ones, are as good as the values themselves.
    package init(statisticSet count: Double, sum: Double, minimum: Double, maximum: Double) {
        let isKnown = count == 1 || minimum == maximum
        self.init(
            count: count, sum: sum, minimum: minimum, maximum: maximum,
            distribution: isKnown ? ValueDistribution([.init(value: minimum, count: count)]) : nil)
    }

    /// `nil` where nothing was counted.
    package init?(values: [ValueDistribution.Bucket]) {
        let counted = values.filter { $0.count > 0 }
        guard let first = counted.first else { return nil }
        self.init(
            count: counted.reduce(0) { $0 + $1.count }, sum: counted.reduce(0) { $0 + $1.value * $1.count },
            minimum: counted.reduce(first.value) { min($0, $1.value) },
            maximum: counted.reduce(first.value) { max($0, $1.value) }, distribution: ValueDistribution(counted))
    }

    package mutating func merge(_ other: MetricAggregate) {
        self.count += other.count
        self.sum += other.sum
        self.minimum = min(self.minimum, other.minimum)
        self.maximum = max(self.maximum, other.maximum)
        if var distribution = self.distribution, let more = other.distribution {
            distribution.merge(more)
            self.distribution = distribution
        } else {
            self.distribution = nil
        }
    }
}

/// One datum as a producer sends it.
package struct MetricSample: Hashable, Sendable {
    package let metric: MetricIdentity
    /// As the model spells it; `None` where the producer named none.
    package let unit: String
    package let time: Timestamp
    /// Seconds to which it is kept: 1 or 60.
    package let resolution: Int
    package let aggregate: MetricAggregate

    package init(metric: MetricIdentity, unit: String, time: Timestamp, resolution: Int, aggregate: MetricAggregate) {
        self.metric = metric
        self.unit = unit
        self.time = time
        self.resolution = resolution
        self.aggregate = aggregate
    }
}
