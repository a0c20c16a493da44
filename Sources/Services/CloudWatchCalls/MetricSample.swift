/// What a service tells CloudWatch about one metric over one interval.
package struct MetricSample: Equatable, Sendable {
    package struct Dimension: Hashable, Sendable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package enum Unit: String, Sendable {
        case bytes = "Bytes"
        case count = "Count"
        case none = "None"
        case percent = "Percent"
        case seconds = "Seconds"
    }

    /// A value and how often it was seen.
    package struct Weighted: Equatable, Sendable {
        package let value: Double
        package let count: Double

        package init(_ value: Double, count: Double) {
            self.value = value
            self.count = count
        }
    }

    package enum Measure: Equatable, Sendable {
        case single(Double)
        /// From which CloudWatch computes percentiles too. Not empty.
        case distribution([Weighted])
    }

    package let name: String
    /// The identity of the metric with its name: one sample each for every combination that is to be found.
    package let dimensions: [Dimension]
    package let unit: Unit
    package let measure: Measure

    package init(_ name: String, _ dimensions: [Dimension], _ unit: Unit, _ measure: Measure) {
        self.name = name
        self.dimensions = dimensions
        self.unit = unit
        self.measure = measure
    }
}
