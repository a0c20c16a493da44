/// A target group and the targets registered in it.
package struct TargetGroup: Equatable, Sendable, Codable {
    package let id: TargetGroupID
    package let attributes: TargetGroupAttributes
    package let healthCheck: HealthCheck
    package let targets: [Target]

    package init(
        id: TargetGroupID, attributes: TargetGroupAttributes = TargetGroupAttributes(),
        healthCheck: HealthCheck = HealthCheck(), targets: [Target]
    ) {
        self.id = id
        self.attributes = attributes
        self.healthCheck = healthCheck
        self.targets = targets
    }
}

/// The target group attributes that change routing (ELBv2 ModifyTargetGroupAttributes), with AWS's defaults. The
/// deregistration delay is not among them: it has become a deadline in `Target.State.draining`.
package struct TargetGroupAttributes: Equatable, Sendable, Codable {
    /// `load_balancing.algorithm.type`.
    package enum Algorithm: String, Sendable, Codable {
        case roundRobin = "round_robin"
        case leastOutstandingRequests = "least_outstanding_requests"
        case weightedRandom = "weighted_random"
    }

    package var algorithm: Algorithm
    /// `target_group_health.unhealthy_state_routing.minimum_healthy_targets.count`: below it, unhealthy targets are
    /// routed to as well.
    package var minimumHealthyCount: Int
    /// `….percentage`, 1-100; `nil` is "off".
    package var minimumHealthyPercentage: Int?
    /// `slow_start.duration_seconds`; `nil` is 0, off.
    package var slowStart: Duration?
    /// `nil` where `stickiness.enabled` is false.
    package var stickiness: TargetStickiness?

    package init(
        algorithm: Algorithm = .roundRobin, minimumHealthyCount: Int = 1, minimumHealthyPercentage: Int? = nil,
        slowStart: Duration? = nil, stickiness: TargetStickiness? = nil
    ) {
        self.algorithm = algorithm
        self.minimumHealthyCount = minimumHealthyCount
        self.minimumHealthyPercentage = minimumHealthyPercentage
        self.slowStart = slowStart
        self.stickiness = stickiness
    }
}
