/// Keys of load balancer attributes that code asks for.
enum LoadBalancerAttributeKey {
    static let deletionProtection = "deletion_protection.enabled"
    static let idleTimeout = "idle_timeout.timeout_seconds"
    static let clientKeepAlive = "client_keep_alive.seconds"
    static let forwardedForMode = "routing.http.xff_header_processing.mode"
    static let forwardedForClientPort = "routing.http.xff_client_port.enabled"
    static let preserveHost = "routing.http.preserve_host_header.enabled"
    static let dropInvalidHeaders = "routing.http.drop_invalid_header_fields.enabled"
    static let desyncMitigation = "routing.http.desync_mitigation_mode"
}

extension AttributeTable {
    /// ModifyLoadBalancerAttributes, of application load balancers.
    static func loadBalancer(isInternal: Bool) -> AttributeTable {
        AttributeTable(
            resource: "Load balancer", kind: "load balancers of type 'application'",
            definitions: [
                AttributeDefinition(LoadBalancerAttributeKey.deletionProtection, .boolean, default: "false"),
                .fixed("access_logs.s3.enabled", .boolean, default: "false"),
                .fixed("access_logs.s3.bucket", .text, default: ""),
                .fixed("access_logs.s3.prefix", .text, default: ""),
                AttributeDefinition(LoadBalancerAttributeKey.idleTimeout, .integer(1...4000), default: "60"),
                AttributeDefinition(LoadBalancerAttributeKey.clientKeepAlive, .integer(60...604_800), default: "3600"),
                .fixed("connection_logs.s3.enabled", .boolean, default: "false"),
                .fixed("connection_logs.s3.bucket", .text, default: ""),
                .fixed("connection_logs.s3.prefix", .text, default: ""),
                .fixed("health_check_logs.s3.enabled", .boolean, default: "false"),
                .fixed("health_check_logs.s3.bucket", .text, default: ""),
                .fixed("health_check_logs.s3.prefix", .text, default: ""),
                .fixed("ipv6.deny_all_igw_traffic", .boolean, default: isInternal ? "true" : "false"),
                .fixed("load_balancing.cross_zone.enabled", .boolean, default: "true"),
                AttributeDefinition(
                    LoadBalancerAttributeKey.desyncMitigation, .oneOf(["monitor", "defensive", "strictest"]),
                    default: "defensive"),
                AttributeDefinition(LoadBalancerAttributeKey.dropInvalidHeaders, .boolean, default: "false"),
                AttributeDefinition(LoadBalancerAttributeKey.preserveHost, .boolean, default: "false"),
                // Only requests that come over TLS get these headers, so that either value is true of HTTP listeners.
                AttributeDefinition(
                    "routing.http.x_amzn_tls_version_and_cipher_suite.enabled", .boolean, default: "false"),
                AttributeDefinition(LoadBalancerAttributeKey.forwardedForClientPort, .boolean, default: "false"),
                AttributeDefinition(
                    LoadBalancerAttributeKey.forwardedForMode, .oneOf(["append", "preserve", "remove"]),
                    default: "append"),
                // HTTP/2 is only ever spoken on HTTPS listeners, so that either value is true of HTTP listeners.
                AttributeDefinition("routing.http2.enabled", .boolean, default: "true"),
                .fixed("waf.fail_open.enabled", .boolean, default: "false"),
                .fixed("zonal_shift.config.enabled", .boolean, default: "false"),
            ],
            foreignKeys: ["dns_record.client_routing_policy", "secondary_ips.auto_assigned.per_subnet"])
    }
}
