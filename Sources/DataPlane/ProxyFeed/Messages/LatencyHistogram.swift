/// Response times in buckets: one a microsecond below 32 µs, then 16 to each doubling, so that a bucket is at most a
/// sixteenth wide of what it holds. The buckets are made with the first record: most target groups are idle.
package struct LatencyHistogram: Equatable, Sendable {
    /// What a bucket holds, on the average, and how often.
    package struct Value: Equatable, Sendable {
        package let microseconds: Double
        package let count: UInt64
    }

    /// Up to 2^32 µs, longer than any request may take.
    private static let bucketCount = 464

    private var buckets: [UInt64] = []
    package private(set) var sumMicroseconds: UInt64 = 0

    package init() {}

    package var count: UInt64 { self.buckets.reduce(0, +) }

    /// Ascending, without empty buckets.
    package var values: [Value] {
        self.buckets.enumerated().lazy.filter { $1 > 0 }.map {
            Value(microseconds: Self.middle(of: $0), count: $1)
        }
    }

    package mutating func record(microseconds: UInt64) {
        if self.buckets.isEmpty { self.buckets = Array(repeating: 0, count: Self.bucketCount) }
        self.buckets[Self.index(of: microseconds)] += 1
        self.sumMicroseconds += microseconds
    }

    package mutating func add(_ other: LatencyHistogram) {
        guard !other.buckets.isEmpty else { return }
        guard !self.buckets.isEmpty else {
            self = other
            return
        }
        for index in self.buckets.indices { self.buckets[index] += other.buckets[index] }
        self.sumMicroseconds += other.sumMicroseconds
    }

    /// What has been recorded since `earlier`, which this one has grown from.
    package func since(_ earlier: LatencyHistogram) -> LatencyHistogram {
        guard !earlier.buckets.isEmpty, !self.buckets.isEmpty else { return self }
        var difference = self
        for index in self.buckets.indices {
            difference.buckets[index] = self.buckets[index] - min(self.buckets[index], earlier.buckets[index])
        }
        difference.sumMicroseconds = self.sumMicroseconds - min(self.sumMicroseconds, earlier.sumMicroseconds)
        return difference
    }

    private static func index(of microseconds: UInt64) -> Int {
        let width = UInt64.bitWidth - microseconds.leadingZeroBitCount
        guard width > 5 else { return Int(microseconds) }
        let shift = width - 5
        return min(shift << 4 + Int(microseconds >> UInt64(shift)), Self.bucketCount - 1)
    }

    private static func middle(of index: Int) -> Double {
        guard index >= 32 else { return Double(index) }
        let shift = index >> 4 - 1
        let lowest = UInt64(16 + index & 15) << UInt64(shift)
        return Double(lowest) + Double(UInt64(1) << UInt64(shift) - 1) / 2
    }
}

/// Only buckets that hold something are sent, as pairs of index and count.
extension LatencyHistogram: Codable {
    private enum CodingKeys: String, CodingKey {
        case buckets
        case sum
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.sumMicroseconds = try container.decode(UInt64.self, forKey: .sum)
        let pairs = try container.decode([UInt64].self, forKey: .buckets)
        guard !pairs.isEmpty else { return }
        self.buckets = Array(repeating: 0, count: Self.bucketCount)
        for position in stride(from: 0, to: pairs.count - 1, by: 2) {
            guard pairs[position] < UInt64(Self.bucketCount) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .buckets, in: container, debugDescription: "no bucket \(pairs[position])")
            }
            self.buckets[Int(pairs[position])] = pairs[position + 1]
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(self.sumMicroseconds, forKey: .sum)
        let filled = self.buckets.enumerated().filter { $1 > 0 }
        try container.encode(filled.flatMap { [UInt64($0), $1] }, forKey: .buckets)
    }
}
