internal import ELBv2API
internal import Model
internal import Store
internal import TrafficRouting

extension LoadBalancerAttributes {
    init(stored: [String: String]) {
        let table = AttributeTable.loadBalancer(isInternal: false)
        func value(_ key: String) -> String { table.value(key, in: stored) }
        self.init(
            idleTimeout: .seconds(Int(value(LoadBalancerAttributeKey.idleTimeout)) ?? 60),
            clientKeepAlive: .seconds(Int(value(LoadBalancerAttributeKey.clientKeepAlive)) ?? 3600),
            forwardedFor: ForwardedForMode(rawValue: value(LoadBalancerAttributeKey.forwardedForMode)) ?? .append,
            forwardsClientPort: value(LoadBalancerAttributeKey.forwardedForClientPort) == "true",
            preservesHost: value(LoadBalancerAttributeKey.preserveHost) == "true",
            dropsInvalidHeaders: value(LoadBalancerAttributeKey.dropInvalidHeaders) == "true",
            desyncMitigation: DesyncMitigation(rawValue: value(LoadBalancerAttributeKey.desyncMitigation)) ?? .defensive
        )
    }
}

extension TargetGroupAttributes {
    init(stored: [String: String]) {
        func value(_ key: String) -> String { AttributeTable.targetGroup.value(key, in: stored) }
        let slowStart = Int(value(TargetGroupAttributeKey.slowStart)) ?? 0
        self.init(
            algorithm: Algorithm(rawValue: value(TargetGroupAttributeKey.algorithm)) ?? .roundRobin,
            minimumHealthyCount: Int(value(TargetGroupAttributeKey.minimumHealthyCount)) ?? 1,
            minimumHealthyPercentage: Int(value(TargetGroupAttributeKey.minimumHealthyPercentage)),
            slowStart: slowStart == 0 ? nil : .seconds(slowStart),
            stickiness: TargetStickiness(stored: stored))
    }
}

extension TargetStickiness {
    init?(stored: [String: String]) {
        func value(_ key: String) -> String { AttributeTable.targetGroup.value(key, in: stored) }
        func duration(_ key: String) -> Duration { .seconds(Int(value(key)) ?? 86400) }
        guard AttributeTable.targetGroup.isSticky(stored) else { return nil }
        self =
            value(TargetGroupAttributeKey.stickinessType) == "app_cookie"
            ? .applicationCookie(
                name: value(TargetGroupAttributeKey.stickinessCookieName),
                duration: duration(TargetGroupAttributeKey.stickinessCookieDuration))
            : .loadBalancerCookie(duration: duration(TargetGroupAttributeKey.stickinessDuration))
    }
}

extension HealthCheck {
    init(shape: ELBv2.TargetGroup) {
        self.init(
            port: shape.healthCheckPort.flatMap(UInt16.init).map(Port.fixed) ?? .trafficPort,
            path: shape.healthCheckPath ?? "/", interval: .seconds(shape.healthCheckIntervalSeconds ?? 30),
            timeout: .seconds(shape.healthCheckTimeoutSeconds ?? 5), healthyThreshold: shape.healthyThresholdCount ?? 5,
            unhealthyThreshold: shape.unhealthyThresholdCount ?? 2,
            matcher: shape.matcher?.httpCode.flatMap { HTTPCodeMatcher($0) } ?? .ok)
    }
}

extension Target {
    init?(record: StoredTarget) {
        guard let port = UInt16(exactly: record.port) else { return nil }
        self.init(
            id: TargetID(id: record.id, port: port), address: TargetAddress.resolve(record.id),
            state: record.drainingUntil.map { .draining(until: $0) } ?? .registered, registeredAt: record.registeredAt)
    }
}

/// Where a target really is.
enum TargetAddress {
    /// Instance ids stand for this machine.
    static func resolve(_ id: String) -> String { id.hasPrefix("i-") ? "127.0.0.1" : id }
}

extension Rule {
    /// `nil` for a stored rule without an action, which no handler writes.
    init?(record: StoredListenerRule) throws {
        let shape = try record.shape()
        guard let action = shape.actions?.first.flatMap(Action.init(shape:)) else { return nil }
        self.init(
            id: RuleID(record.arn), priority: record.priority ?? 0,
            conditions: (shape.conditions ?? []).compactMap(Condition.init(shape:)), action: action)
    }
}

extension Condition {
    init?(shape: ELBv2.RuleCondition) {
        switch shape.field {
        case "host-header": self = .hostHeader(shape.hostHeaderConfig?.values ?? [])
        case "path-pattern": self = .pathPattern(shape.pathPatternConfig?.values ?? [])
        case "http-header":
            self = .httpHeader(
                name: shape.httpHeaderConfig?.httpHeaderName ?? "", values: shape.httpHeaderConfig?.values ?? [])
        case "http-request-method": self = .httpRequestMethod(shape.httpRequestMethodConfig?.values ?? [])
        case "query-string":
            self = .queryString(
                (shape.queryStringConfig?.values ?? []).map {
                    QueryPattern(key: $0.key.nonEmpty, value: $0.value ?? "")
                })
        case "source-ip": self = .sourceIP((shape.sourceIpConfig?.values ?? []).compactMap { CIDRBlock($0) })
        default: return nil
        }
    }
}

extension Action {
    init?(shape: ELBv2.Action) {
        switch shape.type {
        case .forward:
            let stickiness = shape.forwardConfig?.targetGroupStickinessConfig
            self = .forward(
                ForwardAction(
                    targetGroups: (shape.forwardConfig?.targetGroups ?? []).compactMap { tuple in
                        tuple.targetGroupArn.map { .init(id: TargetGroupID($0), weight: tuple.weight ?? 1) }
                    },
                    stickiness: stickiness?.enabled == true ? .seconds(stickiness?.durationSeconds ?? 3600) : nil))
        case .redirect:
            guard let config = shape.redirectConfig else { return nil }
            self = .redirect(
                RedirectAction(
                    status: config.statusCode.rawValue == "HTTP_302" ? .found : .movedPermanently,
                    protocol: config.protocol ?? "#{protocol}", host: config.host ?? "#{host}",
                    port: config.port ?? "#{port}", path: config.path ?? "/#{path}", query: config.query ?? "#{query}"))
        case .fixedResponse:
            guard let config = shape.fixedResponseConfig, let status = Int(config.statusCode) else { return nil }
            self = .fixedResponse(
                FixedResponseAction(
                    status: status, contentType: config.contentType.nonEmpty, body: config.messageBody ?? ""))
        case .authenticateOidc, .authenticateCognito, .jwtValidation, .unknown: return nil
        }
    }
}
