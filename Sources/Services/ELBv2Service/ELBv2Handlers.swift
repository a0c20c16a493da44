internal import ELBv2API
internal import Model
internal import Store
package import WireProtocol

/// The operations of Elastic Load Balancing v2: application load balancers with HTTP listeners, `ip` and `instance` target
/// groups. What else the API offers is refused by name.
package struct ELBv2Handlers: Sendable {
    let store: Store
    let ports: ListenerPorts
    let board: TargetHealthBoard
    let publisher: RoutingPublisher
    let clock: any WallClock

    package func register(in registry: inout OperationRegistry) {
        registry.register(ELBv2.service, validationErrors: .elbv2)
        self.registerLoadBalancers(in: &registry)
        self.registerListenersAndRules(in: &registry)
        self.registerTargetGroups(in: &registry)
        registry.handle(ELBv2.AddTags.self, self.addTags)
        registry.handle(ELBv2.RemoveTags.self, self.removeTags)
        registry.handle(ELBv2.DescribeTags.self, self.describeTags)
        registry.handle(ELBv2.DescribeAccountLimits.self, self.describeAccountLimits)
        registry.handle(ELBv2.DescribeSSLPolicies.self, self.describeSSLPolicies)
    }

    private func registerLoadBalancers(in registry: inout OperationRegistry) {
        registry.handle(ELBv2.CreateLoadBalancer.self, self.createLoadBalancer)
        registry.handle(ELBv2.DescribeLoadBalancers.self, self.describeLoadBalancers)
        registry.handle(ELBv2.DeleteLoadBalancer.self, self.deleteLoadBalancer)
        registry.handle(ELBv2.DescribeLoadBalancerAttributes.self, self.describeLoadBalancerAttributes)
        registry.handle(ELBv2.ModifyLoadBalancerAttributes.self, self.modifyLoadBalancerAttributes)
        registry.handle(ELBv2.SetSubnets.self, self.setSubnets)
        registry.handle(ELBv2.SetSecurityGroups.self, self.setSecurityGroups)
        registry.handle(ELBv2.SetIpAddressType.self, self.setIpAddressType)
        registry.handle(ELBv2.DescribeCapacityReservation.self, self.describeCapacityReservation)
    }

    private func registerListenersAndRules(in registry: inout OperationRegistry) {
        registry.handle(ELBv2.CreateListener.self, self.createListener)
        registry.handle(ELBv2.DescribeListeners.self, self.describeListeners)
        registry.handle(ELBv2.ModifyListener.self, self.modifyListener)
        registry.handle(ELBv2.DeleteListener.self, self.deleteListener)
        registry.handle(ELBv2.DescribeListenerAttributes.self, self.describeListenerAttributes)
        registry.handle(ELBv2.ModifyListenerAttributes.self, self.modifyListenerAttributes)
        registry.handle(ELBv2.DescribeListenerCertificates.self, self.describeListenerCertificates)
        registry.handle(ELBv2.CreateRule.self, self.createRule)
        registry.handle(ELBv2.DescribeRules.self, self.describeRules)
        registry.handle(ELBv2.ModifyRule.self, self.modifyRule)
        registry.handle(ELBv2.DeleteRule.self, self.deleteRule)
        registry.handle(ELBv2.SetRulePriorities.self, self.setRulePriorities)
    }

    private func registerTargetGroups(in registry: inout OperationRegistry) {
        registry.handle(ELBv2.CreateTargetGroup.self, self.createTargetGroup)
        registry.handle(ELBv2.DescribeTargetGroups.self, self.describeTargetGroups)
        registry.handle(ELBv2.ModifyTargetGroup.self, self.modifyTargetGroup)
        registry.handle(ELBv2.DeleteTargetGroup.self, self.deleteTargetGroup)
        registry.handle(ELBv2.DescribeTargetGroupAttributes.self, self.describeTargetGroupAttributes)
        registry.handle(ELBv2.ModifyTargetGroupAttributes.self, self.modifyTargetGroupAttributes)
        registry.handle(ELBv2.RegisterTargets.self, self.registerTargets)
        registry.handle(ELBv2.DeregisterTargets.self, self.deregisterTargets)
        registry.handle(ELBv2.DescribeTargetHealth.self, self.describeTargetHealth)
    }
}
