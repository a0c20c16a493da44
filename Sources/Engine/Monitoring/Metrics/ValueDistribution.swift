internal import Foundation

/// How often which value was seen: what percentiles and trimmed statistics are computed from. Exact for up to `capacity`
/// different values; beyond that values are rounded to fewer significant digits until they fit.
package struct ValueDistribution: Hashable, Sendable {
    package struct Bucket: Hashable, Sendable {
        package let value: Double
        /// More than zero; clients may count in fractions.
        package var count: Double

        package init(value: Double, count: Double) {
            self.value = value
            self.count = count
        }
    }

    package static let capacity = 512

    /// Ascending by value, each value once.
    package private(set) var buckets: [Bucket]

    /// - Parameter buckets: in any order; a value may stand in it several times.
    package init(_ buckets: [Bucket]) {
        self.buckets = Self.compact(buckets)
    }

    package mutating func merge(_ other: ValueDistribution) {
        self.buckets = Self.compact(self.buckets + other.buckets)
    }

    package var count: Double { self.buckets.reduce(0) { $0 + $1.count } }

    private static func compact(_ buckets: [Bucket]) -> [Bucket] {
        var merged = self.merged(buckets)
        var digits = 3
        while merged.count > self.capacity, digits > 0 {
            merged = self.merged(
                merged.map { Bucket(value: self.rounded($0.value, to: digits), count: $0.count) })
            digits -= 1
        }
        return merged
    }

    private static func merged(_ buckets: [Bucket]) -> [Bucket] {
        var merged: [Bucket] = []
        for bucket in buckets.sorted(by: { $0.value < $1.value }) where bucket.count > 0 {
            if let last = merged.indices.last, merged[last].value == bucket.value {
                merged[last].count += bucket.count
            } else {
                merged.append(bucket)
            }
        }
        return merged
    }

    private static func rounded(_ value: Double, to digits: Int) -> Double {
        guard value != 0 else { return 0 }
        let scale = pow(10, Double(digits - 1) - floor(log10(abs(value))))
        guard scale.isFinite, scale > 0 else { return value }
        return (value * scale).rounded() / scale
    }
}
