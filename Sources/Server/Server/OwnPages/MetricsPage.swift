internal import ELBv2Service
internal import ProxyFeed
internal import Store
internal import TrafficRouting

/// `/_teal/metrics`: what this server and its proxy have counted.
struct MetricsPage: Sendable {
    let meter: RequestMeter
    let traffic: TrafficCounters
    let store: Store

    func text() async throws -> String {
        var text = PrometheusText()
        self.writeRequests(to: &text)
        let (deployments, tasks) = try await self.store.read { snapshot in
            (try snapshot.codeDeployDeploymentCounts(), try snapshot.liveTaskCounts())
        }
        text.metric("teal_codedeploy_deployments", .gauge, "Deployments by status.")
        Self.write(deployments, "teal_codedeploy_deployments", "status", to: &text)
        text.metric("teal_ecs_tasks", .gauge, "Tasks that have not stopped, by last status.")
        Self.write(tasks, "teal_ecs_tasks", "status", to: &text)
        self.writeTraffic(to: &text)
        return text.text
    }

    private func writeRequests(to text: inout PrometheusText) {
        let all = self.meter.all
        text.metric("teal_api_requests_total", .counter, "API calls by service, operation and HTTP status.")
        for (key, count) in all { text.sample("teal_api_requests_total", Self.labels(key), Double(count.requests)) }
        text.metric("teal_api_request_seconds_total", .counter, "Time spent on API calls.")
        for (key, count) in all { text.sample("teal_api_request_seconds_total", Self.labels(key), count.seconds) }
    }

    private static func labels(_ key: RequestMeter.Key) -> [(name: String, value: String)] {
        [("service", key.service), ("operation", key.operation), ("status", String(key.status))]
    }

    private static func write(_ counts: [String: Int], _ name: String, _ label: String, to text: inout PrometheusText) {
        for (value, count) in counts.sorted(by: { $0.key < $1.key }) {
            text.sample(name, [(label, value)], Double(count))
        }
    }

    private func writeTraffic(to text: inout PrometheusText) {
        let totals = self.traffic.totals
        let balancers = totals.loadBalancers.values.sorted { $0.id.arn < $1.id.arn }
        func metric(
            _ name: String, _ kind: PrometheusText.Kind, _ help: String, _ value: (LoadBalancerCounters) -> Double
        ) {
            text.metric(name, kind, help)
            for balancer in balancers { text.sample(name, [("load_balancer", balancer.id.arn)], value(balancer)) }
        }
        metric("teal_lb_requests_total", .counter, "Requests that a load balancer received.") { Double($0.requests) }
        metric("teal_lb_connections_total", .counter, "Client connections accepted.") { Double($0.connections) }
        metric("teal_lb_active_connections", .gauge, "Client connections open now.") { Double($0.activeConnections) }
        metric("teal_lb_received_bytes_total", .counter, "Bytes received from clients.") { Double($0.bytesReceived) }
        metric("teal_lb_sent_bytes_total", .counter, "Bytes sent to clients.") { Double($0.bytesSent) }
        text.metric("teal_lb_responses_total", .counter, "Answers that the load balancer made itself, by class.")
        for balancer in balancers {
            for (index, count) in balancer.madeStatus.enumerated() {
                text.sample(
                    "teal_lb_responses_total", [("load_balancer", balancer.id.arn), ("class", "\(index + 3)xx")],
                    Double(count))
            }
        }
        self.writeTargets(totals.targetGroups.values.sorted { $0.id.arn < $1.id.arn }, to: &text)
        let drains = totals.drains.sorted { $0.key.arn < $1.key.arn }
        func drained(_ name: String, _ help: String, _ value: (TrafficCounters.Drains) -> Int) {
            text.metric(name, .counter, help)
            for (group, drain) in drains { text.sample(name, [("target_group", group.arn)], Double(value(drain))) }
        }
        drained("teal_target_drained_total", "Deregistered targets that have no request in flight any more.") {
            $0.targets
        }
        drained(
            "teal_target_drained_connections_total", "Connections to deregistered targets that ended without a cut."
        ) { $0.tally.connections }
        drained(
            "teal_target_drained_requests_total", "Requests in flight at deregistration that ended before the deadline."
        ) { $0.tally.requests }
        drained("teal_target_cut_requests_total", "Requests that the end of a deregistration delay cut off.") {
            $0.tally.cutRequests
        }
    }

    private func writeTargets(_ groups: [TargetGroupCounters], to text: inout PrometheusText) {
        func metric(
            _ name: String, _ kind: PrometheusText.Kind, _ help: String, _ value: (TargetGroupCounters) -> Double
        ) {
            text.metric(name, kind, help)
            for group in groups { text.sample(name, [("target_group", group.id.arn)], value(group)) }
        }
        metric("teal_target_requests_total", .counter, "Requests handed to a target.") { Double($0.requests) }
        metric("teal_target_active_requests", .gauge, "Requests in flight to targets.") { Double($0.active) }
        metric("teal_target_connection_errors_total", .counter, "Connections to targets that failed.") {
            Double($0.connectionErrors)
        }
        metric("teal_target_cut_responses_total", .counter, "Answers of targets whose body broke off.") {
            Double($0.cutResponses)
        }
        text.metric("teal_target_responses_total", .counter, "Answers of targets, by class.")
        for group in groups {
            for (index, count) in group.targetStatus.enumerated() {
                text.sample(
                    "teal_target_responses_total", [("target_group", group.id.arn), ("class", "\(index + 2)xx")],
                    Double(count))
            }
        }
        text.metric("teal_target_response_seconds", .summary, "Time until a target answered.")
        for group in groups {
            let labels = [(name: "target_group", value: group.id.arn)]
            text.sample("teal_target_response_seconds_sum", labels, Double(group.latency.sumMicroseconds) / 1e6)
            text.sample("teal_target_response_seconds_count", labels, Double(group.latency.count))
        }
    }
}
