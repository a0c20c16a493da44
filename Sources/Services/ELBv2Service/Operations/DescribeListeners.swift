internal import ELBv2API
internal import Model
internal import Store
internal import WireProtocol

extension ELBv2Handlers {
    /// DescribeListeners, by load balancer or by ARNs.
    func describeListeners(
        _ input: ELBv2.DescribeListenersInput, _ context: RequestContext
    ) async throws -> ELBv2.DescribeListenersOutput {
        let arns = input.listenerArns ?? []
        let loadBalancer = input.loadBalancerArn.nonEmpty
        guard !arns.isEmpty || loadBalancer != nil else {
            throw AWSError.validation("You must specify either listener ARNs or a load balancer ARN")
        }
        guard arns.isEmpty || loadBalancer == nil else {
            throw AWSError.validation("Listener ARNs and a load balancer ARN cannot be specified at the same time")
        }
        return try await self.store.read { snapshot in
            let records: [StoredListener]
            if let loadBalancer {
                records = try snapshot.listeners(loadBalancerARN: snapshot.requiredLoadBalancer(loadBalancer).arn)
            } else {
                records = try Set(arns).map { try snapshot.requiredListener($0) }.sorted { $0.sequence < $1.sequence }
            }
            let page = try Page(records, by: \.sequence, marker: input.marker, size: input.pageSize)
            return ELBv2.DescribeListenersOutput(
                listeners: try page.elements.map { try $0.shape(in: snapshot) }, nextMarker: page.nextMarker)
        }
    }
}
