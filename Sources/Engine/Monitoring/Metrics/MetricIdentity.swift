/// What makes a metric: two data belong together only where all three are the same (cloudwatch.md section 2).
package struct MetricIdentity: Hashable, Sendable {
    package let namespace: String
    package let name: String
    /// By name.
    package let dimensions: [MetricDimension]

    package init(namespace: String, name: String, dimensions: [MetricDimension]) {
        self.namespace = namespace
        self.name = name
        self.dimensions = dimensions.sorted { ($0.name, $0.value) < ($1.name, $1.value) }
    }
}

package struct MetricDimension: Hashable, Sendable, Codable {
    package let name: String
    package let value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}
