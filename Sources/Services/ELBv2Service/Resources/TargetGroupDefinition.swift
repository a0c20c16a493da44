internal import ELBv2API
internal import TrafficRouting
internal import WireProtocol

/// What a target group is created with: the API's rules and defaults (elbv2.md, sections 4 and 5).
enum TargetGroupDefinition {
    static func shape(_ input: ELBv2.CreateTargetGroupInput) throws(AWSError) -> ELBv2.TargetGroup {
        let type = input.targetType ?? .instance
        guard type == .ip || type == .instance else {
            throw .validation(
                "Target groups with target type '\(type)' are not supported by Teal; use 'ip' or 'instance'")
        }
        guard let `protocol` = input.protocol else { throw .validation("A protocol must be specified") }
        guard `protocol` == .http else {
            throw .validation("Target groups with the protocol '\(`protocol`)' are not supported by Teal; use 'HTTP'")
        }
        guard let port = input.port else { throw .validation("A port must be specified") }
        guard let vpc = input.vpcId.nonEmpty else { throw .validation("A VPC ID must be specified") }
        try LoadBalancerNetwork.checkVPC(vpc)
        let version = input.protocolVersion.nonEmpty ?? "HTTP1"
        guard ["HTTP1", "HTTP2", "GRPC"].contains(version) else {
            throw .validation("Protocol version '\(version)' must be one of '[HTTP1, HTTP2, GRPC]'")
        }
        guard version == "HTTP1" else {
            throw .validation(
                "Target groups with the protocol version '\(version)' are not supported by Teal; use 'HTTP1'")
        }
        guard input.ipAddressType != .ipv6 else {
            throw .validation("Target groups with the IP address type 'ipv6' are not supported by Teal; use 'ipv4'")
        }
        guard input.targetControlPort == nil else {
            throw .invalidConfiguration("TargetControlPort is not supported by Teal")
        }
        var shape = ELBv2.TargetGroup(
            targetGroupName: input.name, protocol: `protocol`, port: port, vpcId: vpc, healthCheckProtocol: .http,
            healthCheckPort: "traffic-port", healthCheckEnabled: true, healthCheckIntervalSeconds: 30,
            healthCheckTimeoutSeconds: 5, healthyThresholdCount: 5, unhealthyThresholdCount: 2, healthCheckPath: "/",
            matcher: ELBv2.Matcher(httpCode: "200"), targetType: type, protocolVersion: version, ipAddressType: .ipv4)
        try HealthCheckChange(
            protocol: input.healthCheckProtocol, port: input.healthCheckPort, path: input.healthCheckPath,
            enabled: input.healthCheckEnabled, interval: input.healthCheckIntervalSeconds,
            timeout: input.healthCheckTimeoutSeconds, healthyThreshold: input.healthyThresholdCount,
            unhealthyThreshold: input.unhealthyThresholdCount, matcher: input.matcher
        ).apply(to: &shape)
        return shape
    }

    /// Whether a second CreateTargetGroup asks for what is there (tags are not compared).
    static func hasSameSettings(_ existing: ELBv2.TargetGroup, _ new: ELBv2.TargetGroup) -> Bool {
        var (left, right) = (existing, new)
        left.targetGroupArn = nil
        left.loadBalancerArns = nil
        right.targetGroupArn = nil
        right.loadBalancerArns = nil
        return left == right
    }
}

/// The health check members of CreateTargetGroup and ModifyTargetGroup; absent ones leave what is there.
struct HealthCheckChange {
    let `protocol`: ELBv2.ProtocolEnum?
    let port: String?
    let path: String?
    let enabled: Bool?
    let interval: Int?
    let timeout: Int?
    let healthyThreshold: Int?
    let unhealthyThreshold: Int?
    let matcher: ELBv2.Matcher?

    func apply(to group: inout ELBv2.TargetGroup) throws(AWSError) {
        if let value = self.protocol, value != .http {
            throw .validation("Health check protocol '\(value)' is not supported by Teal; use 'HTTP'")
        }
        if let port = self.port.nonEmpty {
            guard port == "traffic-port" || Int(port).map((1...65535).contains) == true else {
                throw .validation("Health check port '\(port)' must be 'traffic-port' or between '1-65535' inclusive")
            }
            group.healthCheckPort = port
        }
        if let path = self.path.nonEmpty {
            guard path.hasPrefix("/"), path.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw .validation("Health check path '\(path)' must begin with a '/' character")
            }
            group.healthCheckPath = path
        }
        guard self.enabled != false else {
            throw .validation(
                "Health check enabled must be true for target groups with target type '\(group.targetType ?? .ip)'")
        }
        group.healthCheckIntervalSeconds = self.interval ?? group.healthCheckIntervalSeconds
        group.healthCheckTimeoutSeconds = self.timeout ?? group.healthCheckTimeoutSeconds
        group.healthyThresholdCount = self.healthyThreshold ?? group.healthyThresholdCount
        group.unhealthyThresholdCount = self.unhealthyThreshold ?? group.unhealthyThresholdCount
        try self.applyMatcher(to: &group)
        let (timeout, interval) = (group.healthCheckTimeoutSeconds ?? 5, group.healthCheckIntervalSeconds ?? 30)
        guard timeout < interval else {
            throw .validation("Health check timeout '\(timeout)' must be smaller than the interval '\(interval)'")
        }
    }

    private func applyMatcher(to group: inout ELBv2.TargetGroup) throws(AWSError) {
        guard let matcher = self.matcher else { return }
        guard matcher.grpcCode.nonEmpty == nil else {
            throw .invalidConfiguration("A GrpcCode matcher is supported only with the protocol version 'GRPC'")
        }
        guard let code = matcher.httpCode.nonEmpty else { return }
        guard HTTPCodeMatcher(code) != nil else {
            throw .validation("Health check matcher HTTP code '\(code)' must be within '200-499' inclusive")
        }
        group.matcher = ELBv2.Matcher(httpCode: code)
    }
}
