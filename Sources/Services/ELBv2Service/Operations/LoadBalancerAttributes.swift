internal import ELBv2API
internal import Model
internal import Store
internal import WireProtocol

extension ELBv2Handlers {
    func describeLoadBalancerAttributes(
        _ input: ELBv2.DescribeLoadBalancerAttributesInput, _ context: RequestContext
    ) async throws -> ELBv2.DescribeLoadBalancerAttributesOutput {
        let record = try await self.store.read { try $0.requiredLoadBalancer(input.loadBalancerArn) }
        return ELBv2.DescribeLoadBalancerAttributesOutput(attributes: try record.attributeShapes())
    }

    /// ModifyLoadBalancerAttributes: all of them or none.
    func modifyLoadBalancerAttributes(
        _ input: ELBv2.ModifyLoadBalancerAttributesInput, _ context: RequestContext
    ) async throws -> ELBv2.ModifyLoadBalancerAttributesOutput {
        let changes = input.attributes.map { (key: $0.key ?? "", value: $0.value ?? "") }
        let (record, generation) = try await self.store.write { transaction in
            var record = try transaction.requiredLoadBalancer(input.loadBalancerArn)
            record.attributes = try record.attributeTable().applying(changes, to: record.attributes)
            try transaction.update(record)
            return (record, try transaction.routingChanged())
        }
        await self.publisher.publish(generation, context)
        return ELBv2.ModifyLoadBalancerAttributesOutput(attributes: try record.attributeShapes())
    }
}

extension StoredLoadBalancer {
    fileprivate func attributeTable() throws -> AttributeTable {
        .loadBalancer(isInternal: try self.shape(impairment: nil).scheme == .internal)
    }

    fileprivate func attributeShapes() throws -> [ELBv2.LoadBalancerAttribute] {
        try self.attributeTable().values(self.attributes).map {
            ELBv2.LoadBalancerAttribute(key: $0.key, value: $0.value)
        }
    }
}
