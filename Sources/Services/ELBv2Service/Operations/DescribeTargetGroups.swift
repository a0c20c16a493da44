internal import ELBv2API
internal import Model
internal import Store
internal import WireProtocol

extension ELBv2Handlers {
    /// DescribeTargetGroups, by load balancer, ARNs or names. What is not there is an error, never an empty list.
    func describeTargetGroups(
        _ input: ELBv2.DescribeTargetGroupsInput, _ context: RequestContext
    ) async throws -> ELBv2.DescribeTargetGroupsOutput {
        let (arns, names) = (input.targetGroupArns ?? [], input.names ?? [])
        let loadBalancer = input.loadBalancerArn.nonEmpty
        guard [!arns.isEmpty, !names.isEmpty, loadBalancer != nil].count(where: { $0 }) <= 1 else {
            throw AWSError.validation(
                "Target group names, target group ARNs, and a load balancer ARN cannot be specified at the same time")
        }
        return try await self.store.read { snapshot in
            var records = try snapshot.targetGroups(region: context.scope.region)
            if let loadBalancer {
                _ = try snapshot.requiredLoadBalancer(loadBalancer)
                let used = try snapshot.targetGroupARNs(usedByLoadBalancer: loadBalancer)
                records = records.filter { used.contains($0.arn) }
            } else if !arns.isEmpty || !names.isEmpty {
                records = records.filter { arns.contains($0.arn) || names.contains($0.name) }
                guard records.count == Set(arns).count + Set(names).count else { throw AWSError.targetGroupsNotFound }
            }
            let page = try Page(records, by: \.sequence, marker: input.marker, size: input.pageSize)
            return ELBv2.DescribeTargetGroupsOutput(
                targetGroups: try page.elements.map { try $0.shape(in: snapshot) }, nextMarker: page.nextMarker)
        }
    }
}
