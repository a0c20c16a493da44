/// An application load balancer with its listeners.
package struct LoadBalancer: Equatable, Sendable, Codable {
    package let id: LoadBalancerID
    /// The Host header of this value (without port, any case) selects this load balancer on a shared port; it is also
    /// the Host that an HTTP/1.0 request without one is given.
    package let dnsName: String
    package let attributes: LoadBalancerAttributes
    package let listeners: [Listener]

    package init(
        id: LoadBalancerID, dnsName: String, attributes: LoadBalancerAttributes = LoadBalancerAttributes(),
        listeners: [Listener]
    ) {
        self.id = id
        self.dnsName = dnsName
        self.attributes = attributes
        self.listeners = listeners
    }
}

/// The load balancer attributes that change how requests are carried (ELBv2 ModifyLoadBalancerAttributes), with AWS's
/// defaults.
package struct LoadBalancerAttributes: Equatable, Sendable, Codable {
    /// `routing.http.xff_header_processing.mode`.
    package enum ForwardedForMode: String, Sendable, Codable {
        case append
        case preserve
        case remove
    }

    /// `routing.http.desync_mitigation_mode`.
    package enum DesyncMitigation: String, Sendable, Codable {
        case monitor
        case defensive
        case strictest
    }

    /// `idle_timeout.timeout_seconds`.
    package var idleTimeout: Duration
    /// `client_keep_alive.seconds`: how old a client connection may become.
    package var clientKeepAlive: Duration
    package var forwardedFor: ForwardedForMode
    /// `routing.http.xff_client_port.enabled`.
    package var forwardsClientPort: Bool
    /// `routing.http.preserve_host_header.enabled`.
    package var preservesHost: Bool
    /// `routing.http.drop_invalid_header_fields.enabled`.
    package var dropsInvalidHeaders: Bool
    package var desyncMitigation: DesyncMitigation

    package init(
        idleTimeout: Duration = .seconds(60), clientKeepAlive: Duration = .seconds(3600),
        forwardedFor: ForwardedForMode = .append, forwardsClientPort: Bool = false, preservesHost: Bool = false,
        dropsInvalidHeaders: Bool = false, desyncMitigation: DesyncMitigation = .defensive
    ) {
        self.idleTimeout = idleTimeout
        self.clientKeepAlive = clientKeepAlive
        self.forwardedFor = forwardedFor
        self.forwardsClientPort = forwardsClientPort
        self.preservesHost = preservesHost
        self.dropsInvalidHeaders = dropsInvalidHeaders
        self.desyncMitigation = desyncMitigation
    }
}

/// An HTTP listener.
package struct Listener: Equatable, Sendable, Codable {
    package let id: ListenerID
    /// The port of the AWS listener: `X-Forwarded-Port` shows it.
    package let port: UInt16
    /// The port that is really bound: another one than `port` only where the server runs with a port offset. Redirects
    /// to `#{port}` name this one.
    package let boundPort: UInt16
    /// Ascending by priority, without the default rule.
    package let rules: [Rule]
    package let defaultRule: Rule

    /// Sorts `rules` by priority.
    package init(id: ListenerID, port: UInt16, boundPort: UInt16? = nil, rules: [Rule], defaultRule: Rule) {
        self.id = id
        self.port = port
        self.boundPort = boundPort ?? port
        self.rules = rules.sorted { $0.priority < $1.priority }
        self.defaultRule = defaultRule
    }
}
