internal import ELBv2API
internal import Model
internal import ProxyFeed
internal import Store
internal import WireProtocol

extension ELBv2Handlers {
    /// DescribeLoadBalancers. A name or ARN that is not there is an error, never an empty list.
    func describeLoadBalancers(
        _ input: ELBv2.DescribeLoadBalancersInput, _ context: RequestContext
    ) async throws -> ELBv2.DescribeLoadBalancersOutput {
        let (arns, names) = (input.loadBalancerArns ?? [], input.names ?? [])
        guard arns.isEmpty || names.isEmpty else {
            throw AWSError.validation("Load balancer names and load balancer ARNs cannot be specified at the same time")
        }
        let (found, listeners) = try await self.store.read { snapshot in
            let all = try snapshot.loadBalancers(region: context.scope.region)
            return (all, Dictionary(grouping: try snapshot.allListeners(), by: \.loadBalancerARN))
        }
        let missing =
            arns.filter { arn in !found.contains { $0.arn == arn } }
            + names.filter { name in !found.contains { $0.name == name } }
        guard missing.isEmpty else {
            throw ELBv2.Errors.loadBalancerNotFoundException(
                "Load balancers '[\(missing.joined(separator: ", "))]' not found")
        }
        let chosen = found.filter {
            (arns.isEmpty && names.isEmpty) || arns.contains($0.arn) || names.contains($0.name)
        }
        let page = try Page(chosen, by: \.sequence, marker: input.marker, size: input.pageSize)
        return ELBv2.DescribeLoadBalancersOutput(
            loadBalancers: try page.elements.map { record in
                let failures = (listeners[record.arn] ?? []).compactMap { self.ports.failure(port: $0.port) }
                return try record.shape(impairment: failures.first.map { "\($0): \($0.remedy)" })
            },
            nextMarker: page.nextMarker)
    }
}
