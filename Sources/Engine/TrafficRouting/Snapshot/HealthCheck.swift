/// How the targets of a group are probed (ELBv2 CreateTargetGroup, health check members), with AWS's defaults.
package struct HealthCheck: Equatable, Sendable, Codable {
    package enum Port: Equatable, Sendable, Codable {
        case trafficPort
        case fixed(UInt16)
    }

    package let port: Port
    package let path: String
    /// From start to start.
    package let interval: Duration
    package let timeout: Duration
    package let healthyThreshold: Int
    package let unhealthyThreshold: Int
    package let matcher: HTTPCodeMatcher

    package init(
        port: Port = .trafficPort, path: String = "/", interval: Duration = .seconds(30),
        timeout: Duration = .seconds(5), healthyThreshold: Int = 5, unhealthyThreshold: Int = 2,
        matcher: HTTPCodeMatcher = .ok
    ) {
        self.port = port
        self.path = path
        self.interval = interval
        self.timeout = timeout
        self.healthyThreshold = healthyThreshold
        self.unhealthyThreshold = unhealthyThreshold
        self.matcher = matcher
    }

    package func port(of target: Target) -> UInt16 {
        switch self.port {
        case .trafficPort: target.port
        case .fixed(let port): port
        }
    }
}

/// The status codes that count as healthy: `200`, `200,202` or `200-299` (ELBv2 Matcher, `HttpCode`).
package struct HTTPCodeMatcher: Equatable, Sendable, Codable {
    private let ranges: [ClosedRange<Int>]

    package static let ok = HTTPCodeMatcher(ranges: [200...200])

    private init(ranges: [ClosedRange<Int>]) { self.ranges = ranges }

    /// `nil` where the text is not a list of codes and ranges inside `allowed`.
    package init?(_ text: String, allowed: ClosedRange<Int> = 200...499) {
        var ranges: [ClosedRange<Int>] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false)
            guard ends.count <= 2, let first = ends.first, let last = ends.last,
                let low = Self.code(first), let high = Self.code(last),
                low <= high, allowed.contains(low), allowed.contains(high)
            else { return nil }
            ranges.append(low...high)
        }
        self.ranges = ranges
    }

    package func matches(_ code: Int) -> Bool { self.ranges.contains { $0.contains(code) } }

    private static func code(_ text: Substring) -> Int? {
        guard text.count == 3, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }
}
