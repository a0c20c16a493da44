internal import ELBv2API
internal import Model
internal import Store
internal import WireProtocol

extension ELBv2Handlers {
    /// DescribeRules, by listener or by ARNs; in order of evaluation.
    func describeRules(_ input: ELBv2.DescribeRulesInput, _ context: RequestContext) async throws
        -> ELBv2.DescribeRulesOutput
    {
        let arns = input.ruleArns ?? []
        let listener = input.listenerArn.nonEmpty
        guard !arns.isEmpty || listener != nil else {
            throw AWSError.validation("You must specify either listener rule ARNs or a listener ARN")
        }
        guard arns.isEmpty || listener == nil else {
            throw AWSError.validation("Listener rule ARNs and a listener ARN cannot be specified at the same time")
        }
        let records = try await self.store.read { snapshot in
            if let listener {
                return try snapshot.listenerRules(listenerARN: snapshot.requiredListener(listener).arn)
            }
            return try Set(arns).map { try snapshot.requiredRule($0) }.sorted { $0.sequence < $1.sequence }
        }
        let key: (StoredListenerRule) -> Int = listener == nil ? { $0.sequence } : { $0.priority ?? 50_001 }
        let page = try Page(records, by: key, marker: input.marker, size: input.pageSize)
        return ELBv2.DescribeRulesOutput(rules: try page.elements.map { try $0.shape() }, nextMarker: page.nextMarker)
    }
}
