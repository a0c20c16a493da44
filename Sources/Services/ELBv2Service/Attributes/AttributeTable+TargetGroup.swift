internal import TrafficRouting
internal import WireProtocol

/// Keys of target group attributes that code asks for.
enum TargetGroupAttributeKey {
    static let deregistrationDelay = "deregistration_delay.timeout_seconds"
    static let stickinessEnabled = "stickiness.enabled"
    static let stickinessType = "stickiness.type"
    static let stickinessDuration = "stickiness.lb_cookie.duration_seconds"
    static let stickinessCookieName = "stickiness.app_cookie.cookie_name"
    static let stickinessCookieDuration = "stickiness.app_cookie.duration_seconds"
    static let slowStart = "slow_start.duration_seconds"
    static let algorithm = "load_balancing.algorithm.type"
    static let minimumHealthyCount = "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count"
    static let minimumHealthyPercentage =
        "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage"
}

extension AttributeTable {
    /// ModifyTargetGroupAttributes, of `ip` and `instance` groups behind application load balancers.
    static let targetGroup = AttributeTable(
        resource: "Target group", kind: "target groups with the protocol HTTP",
        definitions: [
            AttributeDefinition(TargetGroupAttributeKey.deregistrationDelay, .integer(0...3600), default: "300"),
            AttributeDefinition(TargetGroupAttributeKey.stickinessEnabled, .boolean, default: "false"),
            .limited(
                TargetGroupAttributeKey.stickinessType, .oneOf(["lb_cookie", "app_cookie", "source_ip"]),
                default: "lb_cookie", to: ["lb_cookie", "app_cookie"]),
            AttributeDefinition(TargetGroupAttributeKey.stickinessDuration, .integer(1...604_800), default: "86400"),
            AttributeDefinition(TargetGroupAttributeKey.stickinessCookieName, .text, default: ""),
            AttributeDefinition(
                TargetGroupAttributeKey.stickinessCookieDuration, .integer(1...604_800), default: "86400"),
            AttributeDefinition(TargetGroupAttributeKey.slowStart, .integerOrZero(30...900), default: "0"),
            AttributeDefinition(
                TargetGroupAttributeKey.algorithm,
                .oneOf(["round_robin", "least_outstanding_requests", "weighted_random"]), default: "round_robin"),
            .fixed("load_balancing.algorithm.anomaly_mitigation", .oneOf(["on", "off"]), default: "off"),
            // One node stands for all zones, which is what `true` asks for.
            .limited(
                "load_balancing.cross_zone.enabled", .oneOf(["true", "false", "use_load_balancer_configuration"]),
                default: "use_load_balancer_configuration", to: ["true", "use_load_balancer_configuration"]),
            .fixed(
                "target_group_health.dns_failover.minimum_healthy_targets.count", .integerOrOff(1...1000), default: "1"),
            .fixed(
                "target_group_health.dns_failover.minimum_healthy_targets.percentage", .integerOrOff(1...100),
                default: "off"),
            AttributeDefinition(TargetGroupAttributeKey.minimumHealthyCount, .integer(1...1000), default: "1"),
            AttributeDefinition(
                TargetGroupAttributeKey.minimumHealthyPercentage, .integerOrOff(1...100), default: "off"),
        ],
        foreignKeys: [
            "lambda.multi_value_headers.enabled", "deregistration_delay.connection_termination.enabled",
            "preserve_client_ip.enabled", "proxy_protocol_v2.enabled",
            "target_health_state.unhealthy.connection_termination.enabled",
            "target_health_state.unhealthy.draining_interval_seconds", "target_failover.on_deregistration",
            "target_failover.on_unhealthy",
        ])

    /// As `applying`, with the combinations that the elbv2 guide rules out.
    func applyingToTargetGroup(
        _ changes: [(key: String, value: String)], to stored: [String: String]
    ) throws(AWSError) -> [String: String] {
        let result = try self.applying(changes, to: stored)
        let algorithm = self.value(TargetGroupAttributeKey.algorithm, in: result)
        if self.value(TargetGroupAttributeKey.slowStart, in: result) != "0", algorithm != "round_robin" {
            throw .invalidConfiguration(
                "'\(TargetGroupAttributeKey.slowStart)' cannot be enabled with the load balancing algorithm '\(algorithm)'"
            )
        }
        try self.checkCookie(result)
        return result
    }

    /// An application's cookie has a name of its own, and stickiness that follows one has a name to follow.
    private func checkCookie(_ attributes: [String: String]) throws(AWSError) {
        let name = self.value(TargetGroupAttributeKey.stickinessCookieName, in: attributes)
        guard name.utf8.allSatisfy(Self.isCookieNameByte), name.utf8.count <= 4096 else {
            throw .validation(
                "'\(TargetGroupAttributeKey.stickinessCookieName)' value '\(name)' is not a valid cookie name")
        }
        guard !StickyCookie.isReserved(name) else {
            throw .invalidConfiguration(
                "'\(TargetGroupAttributeKey.stickinessCookieName)' value '\(name)' has a prefix that is reserved: AWSALB, AWSALBAPP, AWSALBTG"
            )
        }
        guard name.isEmpty, self.isSticky(attributes),
            self.value(TargetGroupAttributeKey.stickinessType, in: attributes) == "app_cookie"
        else { return }
        throw .invalidConfiguration(
            "'\(TargetGroupAttributeKey.stickinessCookieName)' must be specified to enable stickiness of type 'app_cookie'"
        )
    }

    func isSticky(_ attributes: [String: String]) -> Bool {
        self.value(TargetGroupAttributeKey.stickinessEnabled, in: attributes) == "true"
    }

    /// The characters of a token (RFC 6265, 4.1.1).
    private static func isCookieNameByte(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && !"()<>@,;:\\\"/[]?={}".utf8.contains(byte)
    }
}
