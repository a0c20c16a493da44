internal import CloudWatchCalls
internal import Model
internal import TrafficRouting

/// Which target groups stand behind which load balancer, in the words of CloudWatch's dimensions.
struct TrafficLayout: Sendable {
    struct Balancer: Sendable {
        let id: LoadBalancerID
        let region: String
        /// `app/my-load-balancer/50dc6c495c0c9188`.
        let dimension: MetricSample.Dimension
        /// Teal has one node for all zones: it stands in the first one that the load balancer has.
        let zone: MetricSample.Dimension?
        let groups: [Group]
    }

    struct Group: Sendable {
        let id: TargetGroupID
        /// `targetgroup/my-targets/73e2d6bc24d8a067`.
        let dimension: MetricSample.Dimension
        /// Without those that drain.
        let targets: [Target]
    }

    let balancers: [Balancer]

    /// - Parameter zones: the zones of a load balancer, by its ARN.
    init(_ snapshot: RoutingSnapshot, zones: [String: [String]]) {
        let groups = Dictionary(snapshot.targetGroups.map { ($0.id, $0) }) { first, _ in first }
        self.balancers = snapshot.loadBalancers.compactMap { balancer in
            guard let arn = ARN(balancer.id.arn) else { return nil }
            return Balancer(
                id: balancer.id, region: arn.region,
                dimension: .init("LoadBalancer", String(arn.resource.dropFirst("loadbalancer/".count))),
                zone: zones[balancer.id.arn]?.first.map { .init("AvailabilityZone", $0) },
                groups: Self.groups(behind: balancer).compactMap { id in
                    guard let arn = ARN(id.arn), let group = groups[id] else { return nil }
                    return Group(
                        id: id, dimension: .init("TargetGroup", arn.resource),
                        targets: group.targets.filter { $0.state == .registered })
                })
        }
    }

    /// In the order of their ARNs.
    private static func groups(behind balancer: LoadBalancer) -> [TargetGroupID] {
        var ids: Set<TargetGroupID> = []
        for listener in balancer.listeners {
            for rule in listener.rules { ids.formUnion(rule.action.targetGroups) }
            ids.formUnion(listener.defaultRule.action.targetGroups)
        }
        return ids.sorted { $0.arn < $1.arn }
    }
}
