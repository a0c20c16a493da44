/// Everything that the proxy needs to route requests, at one moment: immutable, whole, and numbered. The control plane
/// publishes snapshots; a proxy worker swaps from one to the next between two requests, never in the middle of one.
package struct RoutingSnapshot: Equatable, Sendable, Codable {
    package let generation: Generation
    /// Oldest first: where several load balancers share a port and none of them is named by the Host header, the first
    /// one answers.
    package let loadBalancers: [LoadBalancer]
    package let targetGroups: [TargetGroup]

    package init(generation: Generation, loadBalancers: [LoadBalancer], targetGroups: [TargetGroup]) {
        self.generation = generation
        self.loadBalancers = loadBalancers
        self.targetGroups = targetGroups
    }

    package static let empty = RoutingSnapshot(generation: .none, loadBalancers: [], targetGroups: [])

    /// The groups that some action of some listener names, at whatever weight. Only these are probed; the targets of all
    /// others are `unused` (elbv2 guide, target group health).
    package var targetGroupsInUse: Set<TargetGroupID> {
        var ids: Set<TargetGroupID> = []
        for listener in self.loadBalancers.lazy.flatMap(\.listeners) {
            for rule in listener.rules { ids.formUnion(rule.action.targetGroups) }
            ids.formUnion(listener.defaultRule.action.targetGroups)
        }
        return ids
    }
}
