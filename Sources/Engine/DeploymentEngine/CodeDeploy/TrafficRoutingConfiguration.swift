/// How production traffic moves to the replacement (`trafficRoutingConfig` of a deployment configuration).
package enum TrafficRoutingConfiguration: Hashable, Sendable, Codable {
    case allAtOnce
    /// `percentage` now, everything after `interval`.
    case canary(percentage: Int, interval: Duration)
    /// `percentage` now and again after each `interval`, until everything has moved.
    case linear(percentage: Int, interval: Duration)

    /// The replacement's share of production traffic after each step, in percent: rising, the last one is 100. A
    /// percentage outside of 1-99 counts as the nearest bound.
    package var steps: [Int] {
        switch self {
        case .allAtOnce:
            [100]
        case .canary(let percentage, _):
            [min(max(percentage, 1), 99), 100]
        case .linear(let percentage, _):
            Array(stride(from: min(max(percentage, 1), 99), to: 100, by: min(max(percentage, 1), 99))) + [100]
        }
    }

    /// The rest between two steps, before any time scale.
    package var interval: Duration {
        switch self {
        case .allAtOnce: .zero
        case .canary(_, let interval), .linear(_, let interval): interval
        }
    }
}
