/// A moment of the wall clock, in whole milliseconds since 1970-01-01T00:00:00Z. Deadlines are stored as timestamps, so
/// that they hold across restarts.
package struct Timestamp: Hashable, Comparable, Sendable, Codable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    package init(seconds: Double) {
        self.milliseconds = Int64((seconds * 1000).rounded())
    }

    /// As `init(seconds:)` for a number from outside: `nil` where it is no moment of the years 1 to 9999.
    package init?(untrustedSeconds seconds: Double) {
        guard seconds >= -62_135_596_800, seconds < 253_402_300_800 else { return nil }
        self.init(seconds: seconds)
    }

    package init(from decoder: any Decoder) throws {
        self.milliseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.milliseconds)
    }

    package static let epoch = Timestamp(milliseconds: 0)

    package var seconds: Double { Double(self.milliseconds) / 1000 }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    package static func + (left: Timestamp, right: Duration) -> Timestamp {
        Timestamp(milliseconds: left.milliseconds + right.milliseconds)
    }

    package static func - (left: Timestamp, right: Duration) -> Timestamp {
        Timestamp(milliseconds: left.milliseconds - right.milliseconds)
    }

    package static func - (left: Timestamp, right: Timestamp) -> Duration {
        .milliseconds(left.milliseconds - right.milliseconds)
    }
}

extension Duration {
    /// Whole milliseconds, cut towards zero.
    package var milliseconds: Int64 {
        let (seconds, attoseconds) = self.components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }

    package var inSeconds: Double { Double(self.milliseconds) / 1000 }

    package static func minutes(_ count: Int) -> Duration { .seconds(count * 60) }
    package static func hours(_ count: Int) -> Duration { .seconds(count * 3600) }
}
