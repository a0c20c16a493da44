package import Model

/// How finely data are kept, and for how long. What has been kept long enough is merged into the next tier
/// (cloudwatch.md section 2).
package enum MetricTier: Int, CaseIterable, Sendable {
    case second = 1
    case minute = 60
    case fiveMinutes = 300
    case hour = 3600

    package var length: Duration { .seconds(self.rawValue) }

    package var retention: Duration {
        switch self {
        case .second: .hours(3)
        case .minute: .hours(15 * 24)
        case .fiveMinutes: .hours(63 * 24)
        case .hour: .hours(455 * 24)
        }
    }

    /// `nil` for the last one, whose data are deleted.
    package var coarser: MetricTier? {
        switch self {
        case .second: .minute
        case .minute: .fiveMinutes
        case .fiveMinutes: .hour
        case .hour: nil
        }
    }

    /// The start of the span of this tier that a moment lies in.
    package func start(of time: Timestamp) -> Timestamp {
        let length = self.length.milliseconds
        let remainder = time.milliseconds % length
        return Timestamp(milliseconds: time.milliseconds - (remainder < 0 ? remainder + length : remainder))
    }
}
