package import TrafficRouting

/// What the proxy has counted since it started, summed over its workers. A reader subtracts what was reported before; a
/// report with another process id starts from zero.
package struct ProxyCounters: Equatable, Sendable, Codable {
    package let processID: Int32
    /// It names everything that there is; otherwise only what has changed since the report before. The first report to a
    /// control plane is complete, and so is one after something went away.
    package let isComplete: Bool
    package let targetGroups: [TargetGroupCounters]
    package let loadBalancers: [LoadBalancerCounters]

    package init(
        processID: Int32, isComplete: Bool, targetGroups: [TargetGroupCounters], loadBalancers: [LoadBalancerCounters]
    ) {
        self.processID = processID
        self.isComplete = isComplete
        self.targetGroups = targetGroups
        self.loadBalancers = loadBalancers
    }
}

/// Counts of one target group behind one load balancer's rules.
package struct TargetGroupCounters: Equatable, Sendable, Codable {
    package let id: TargetGroupID
    /// Requests handed to a target (CloudWatch `RequestCountPerTarget` times targets).
    package var requests: UInt64 = 0
    /// Answers of targets by class: 2xx, 3xx, 4xx, 5xx.
    package var targetStatus: [UInt64] = [0, 0, 0, 0]
    /// `TargetConnectionErrorCount`.
    package var connectionErrors: UInt64 = 0
    /// Answers whose body broke off after the client had got their head.
    package var cutResponses: UInt64 = 0
    /// Requests routed while the group failed open (`UnhealthyRoutingRequestCount`).
    package var failOpenRequests: UInt64 = 0
    package var outcomes = GroupOutcomes()
    /// Connections to targets that were begun.
    package var connections: UInt64 = 0
    /// Open to targets now, idle ones too.
    package var openConnections: Int = 0
    /// In flight now.
    package var active: Int = 0
    /// From a request's head until that of its answer (`TargetResponseTime`).
    package var latency = LatencyHistogram()

    package init(id: TargetGroupID) { self.id = id }
}

package struct LoadBalancerCounters: Equatable, Sendable, Codable {
    package let id: LoadBalancerID
    package var requests: UInt64 = 0
    /// Answers that the load balancer made itself, by class: 3xx, 4xx, 5xx.
    package var madeStatus: [UInt64] = [0, 0, 0]
    /// Of those, `HTTPCode_ELB_500_Count`, `_502_`, `_503_` and `_504_`.
    package var internalErrors: UInt64 = 0
    package var badGateway: UInt64 = 0
    package var serviceUnavailable: UInt64 = 0
    package var gatewayTimeout: UInt64 = 0
    /// `HTTP_Redirect_Count` and `HTTP_Fixed_Response_Count`.
    package var redirects: UInt64 = 0
    package var fixedResponses: UInt64 = 0
    /// Requests by IPv6 (`IPv6RequestCount`).
    package var requestsByIPv6: UInt64 = 0
    /// Requests that are not by the letter of HTTP (`DesyncMitigationMode_NonCompliant_Request_Count`).
    package var nonCompliantRequests: UInt64 = 0
    /// Without default rules (`RuleEvaluations`).
    package var ruleEvaluations: UInt64 = 0
    package var connections: UInt64 = 0
    package var activeConnections: Int = 0
    /// Heads and bodies, from and to clients.
    package var bytesReceived: UInt64 = 0
    package var bytesSent: UInt64 = 0

    package init(id: LoadBalancerID) { self.id = id }
}
