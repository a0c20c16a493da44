internal import ELBv2API
internal import Model
internal import Store
internal import WireProtocol

extension ELBv2Handlers {
    func describeListenerAttributes(
        _ input: ELBv2.DescribeListenerAttributesInput, _ context: RequestContext
    ) async throws -> ELBv2.DescribeListenerAttributesOutput {
        let record = try await self.store.read { try $0.requiredListener(input.listenerArn) }
        return ELBv2.DescribeListenerAttributesOutput(attributes: record.attributeShapes)
    }

    /// ModifyListenerAttributes: all of them or none.
    func modifyListenerAttributes(
        _ input: ELBv2.ModifyListenerAttributesInput, _ context: RequestContext
    ) async throws -> ELBv2.ModifyListenerAttributesOutput {
        let changes = input.attributes.map { (key: $0.key ?? "", value: $0.value ?? "") }
        let record = try await self.store.write { transaction in
            var record = try transaction.requiredListener(input.listenerArn)
            record.attributes = try AttributeTable.listener.applying(changes, to: record.attributes)
            try transaction.update(record)
            return record
        }
        return ELBv2.ModifyListenerAttributesOutput(attributes: record.attributeShapes)
    }

    /// DescribeListenerCertificates: HTTP listeners have none.
    func describeListenerCertificates(
        _ input: ELBv2.DescribeListenerCertificatesInput, _ context: RequestContext
    ) async throws -> ELBv2.DescribeListenerCertificatesOutput {
        _ = try await self.store.read { try $0.requiredListener(input.listenerArn) }
        return ELBv2.DescribeListenerCertificatesOutput(certificates: [])
    }
}

extension StoredListener {
    fileprivate var attributeShapes: [ELBv2.ListenerAttribute] {
        AttributeTable.listener.values(self.attributes).map { ELBv2.ListenerAttribute(key: $0.key, value: $0.value) }
    }
}
