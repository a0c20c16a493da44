internal import ELBv2API
internal import Model
internal import Store
internal import WireProtocol

extension ELBv2Handlers {
    func describeTargetGroupAttributes(
        _ input: ELBv2.DescribeTargetGroupAttributesInput, _ context: RequestContext
    ) async throws -> ELBv2.DescribeTargetGroupAttributesOutput {
        let record = try await self.store.read { try $0.requiredTargetGroup(input.targetGroupArn) }
        return ELBv2.DescribeTargetGroupAttributesOutput(attributes: record.attributeShapes)
    }

    /// ModifyTargetGroupAttributes: all of them or none.
    func modifyTargetGroupAttributes(
        _ input: ELBv2.ModifyTargetGroupAttributesInput, _ context: RequestContext
    ) async throws -> ELBv2.ModifyTargetGroupAttributesOutput {
        let changes = input.attributes.map { (key: $0.key ?? "", value: $0.value ?? "") }
        let (record, generation) = try await self.store.write { transaction in
            var record = try transaction.requiredTargetGroup(input.targetGroupArn)
            record.attributes = try AttributeTable.targetGroup.applyingToTargetGroup(changes, to: record.attributes)
            try StickyCombination.check(record, in: transaction)
            try transaction.update(record)
            return (record, try transaction.routingChanged())
        }
        await self.publisher.publish(generation, context)
        return ELBv2.ModifyTargetGroupAttributesOutput(attributes: record.attributeShapes)
    }
}

extension StoredTargetGroup {
    fileprivate var attributeShapes: [ELBv2.TargetGroupAttribute] {
        AttributeTable.targetGroup.values(self.attributes).map {
            ELBv2.TargetGroupAttribute(key: $0.key, value: $0.value)
        }
    }
}
