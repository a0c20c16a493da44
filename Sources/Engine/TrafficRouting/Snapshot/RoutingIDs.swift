/// A load balancer, by its ARN.
package struct LoadBalancerID: Hashable, Sendable, Codable {
    package let arn: String
    package init(_ arn: String) { self.arn = arn }
}

/// A listener, by its ARN.
package struct ListenerID: Hashable, Sendable, Codable {
    package let arn: String
    package init(_ arn: String) { self.arn = arn }
}

/// A listener rule, by its ARN. The default rule has one too.
package struct RuleID: Hashable, Sendable, Codable {
    package let arn: String
    package init(_ arn: String) { self.arn = arn }
}

/// A target group, by its ARN.
package struct TargetGroupID: Hashable, Sendable, Codable {
    package let arn: String
    package init(_ arn: String) { self.arn = arn }
}

/// A target inside its group: the same address with another port is another target (ELBv2 RegisterTargets).
package struct TargetID: Hashable, Sendable, Codable {
    /// As registered: an IP address or an instance id.
    package let id: String
    package let port: UInt16

    package init(id: String, port: UInt16) {
        self.id = id
        self.port = port
    }
}

/// Counts up with every routing change. A proxy that serves generation `n` serves every change up to `n`.
package struct Generation: Hashable, Comparable, Sendable, Codable {
    package let number: UInt64
    package init(_ number: UInt64) { self.number = number }

    /// Before any snapshot was received.
    package static let none = Generation(0)

    package static func < (left: Generation, right: Generation) -> Bool { left.number < right.number }
}
