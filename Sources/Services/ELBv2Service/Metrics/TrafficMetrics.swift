internal import CloudWatchCalls
internal import ProxyFeed
internal import TrafficRouting

/// The `AWS/ApplicationELB` metrics of one interval (CloudWatch metrics for your Application Load Balancer). Most exist only
/// in intervals in which they are not 0.
struct TrafficMetrics {
    /// Of a group's registered targets.
    struct HostCounts: Equatable, Sendable {
        var healthy = 0
        var unhealthy = 0
    }

    typealias Dimension = MetricSample.Dimension

    let before: TrafficCounters.Totals
    let after: TrafficCounters.Totals
    /// `nil` where no proxy tells how targets are.
    let hosts: [TargetGroupID: HostCounts]?

    func samples(of balancer: TrafficLayout.Balancer) -> [MetricSample] {
        var samples = Samples()
        let whole = [[balancer.dimension]] + (balancer.zone.map { [[balancer.dimension, $0]] } ?? [])
        var all = TargetGroupCounters(id: TargetGroupID(""))
        for group in balancer.groups {
            let own = whole.map { $0 + [group.dimension] }
            let change = self.after.change(of: group.id, since: self.before)
            all.add(change)
            self.add(change, of: group, own, to: &samples)
        }
        let change = self.after.change(of: balancer.id, since: self.before)
        Self.add(all, whole, to: &samples)
        Self.add(change, whole, to: &samples)
        samples.add("NewConnectionCount", change.connections + all.connections, in: whole)
        let open = change.activeConnections + all.openConnections
        samples.add("ActiveConnectionCount", UInt64(max(0, open)), in: whole)
        return samples.all
    }

    private func add(
        _ change: TargetGroupCounters, of group: TrafficLayout.Group, _ sets: [[Dimension]], to samples: inout Samples
    ) {
        Self.add(change, sets, to: &samples)
        samples.add("UnhealthyRoutingRequestCount", change.failOpenRequests, in: sets)
        let perTarget = group.targets.isEmpty ? 0 : Double(change.requests) / Double(group.targets.count)
        for set in sets + [[group.dimension]] {
            samples.all.append(MetricSample("RequestCountPerTarget", set, .count, .single(perTarget)))
        }
        guard let hosts = self.hosts?[group.id] else { return }
        for set in sets {
            samples.all.append(MetricSample("HealthyHostCount", set, .count, .single(Double(hosts.healthy))))
            samples.all.append(MetricSample("UnHealthyHostCount", set, .count, .single(Double(hosts.unhealthy))))
        }
    }

    /// What is told of one group, and of all of a load balancer together.
    private static func add(_ change: TargetGroupCounters, _ sets: [[Dimension]], to samples: inout Samples) {
        for set in sets {
            samples.all.append(MetricSample("RequestCount", set, .count, .single(Double(change.requests))))
        }
        for (index, count) in change.targetStatus.enumerated() {
            samples.add(each: "HTTPCode_Target_\(index + 2)XX_Count", count, in: sets)
        }
        samples.add("TargetConnectionErrorCount", change.connectionErrors, in: sets)
        let times = change.latency.values.map {
            MetricSample.Weighted($0.microseconds / 1_000_000, count: Double($0.count))
        }
        guard !times.isEmpty else { return }
        for set in sets {
            samples.all.append(MetricSample("TargetResponseTime", set, .seconds, .distribution(times)))
        }
    }

    private static func add(_ change: LoadBalancerCounters, _ sets: [[Dimension]], to samples: inout Samples) {
        for (index, count) in change.madeStatus.enumerated() {
            samples.add(each: "HTTPCode_ELB_\(index + 3)XX_Count", count, in: sets)
        }
        samples.add(each: "HTTPCode_ELB_500_Count", change.internalErrors, in: sets)
        samples.add(each: "HTTPCode_ELB_502_Count", change.badGateway, in: sets)
        samples.add(each: "HTTPCode_ELB_503_Count", change.serviceUnavailable, in: sets)
        samples.add(each: "HTTPCode_ELB_504_Count", change.gatewayTimeout, in: sets)
        samples.add("HTTP_Redirect_Count", change.redirects, in: sets)
        samples.add("HTTP_Fixed_Response_Count", change.fixedResponses, in: sets)
        samples.add("IPv6RequestCount", change.requestsByIPv6, in: sets)
        samples.add("DesyncMitigationMode_NonCompliant_Request_Count", change.nonCompliantRequests, in: sets)
        samples.add("RuleEvaluations", change.ruleEvaluations, in: sets)
        samples.add("ProcessedBytes", change.bytesReceived + change.bytesSent, .bytes, in: sets)
    }
}

/// Sparse metrics: a 0 is not told.
private struct Samples {
    var all: [MetricSample] = []

    mutating func add(
        _ name: String, _ value: UInt64, _ unit: MetricSample.Unit = .count, in sets: [[MetricSample.Dimension]]
    ) {
        guard value > 0 else { return }
        for set in sets { self.all.append(MetricSample(name, set, unit, .single(Double(value)))) }
    }

    /// Counts whose average, minimum and maximum are 1: every request is a sample of its own.
    mutating func add(each name: String, _ count: UInt64, in sets: [[MetricSample.Dimension]]) {
        guard count > 0 else { return }
        let measure = MetricSample.Measure.distribution([.init(1, count: Double(count))])
        for set in sets { self.all.append(MetricSample(name, set, .count, measure)) }
    }
}
