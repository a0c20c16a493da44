internal import ELBv2API
internal import Model
internal import Store
internal import WireProtocol

extension ELBv2Handlers {
    /// CreateTargetGroup. With the same settings as before it answers the group that is there.
    func createTargetGroup(
        _ input: ELBv2.CreateTargetGroupInput, _ context: RequestContext
    ) async throws -> ELBv2.CreateTargetGroupOutput {
        try ResourceNames.checkTargetGroup(input.name)
        let tags = try ResourceTags.checked(input.tags)
        var shape = try TargetGroupDefinition.shape(input)
        let arn = ResourceARNs.targetGroup(name: input.name, in: context.scope)
        shape.targetGroupArn = arn
        let new = shape
        let stored = try await self.store.write { transaction in
            let region = context.scope.region
            if let existing = try transaction.targetGroup(region: region, name: input.name) {
                let found = try existing.shape(in: transaction)
                guard TargetGroupDefinition.hasSameSettings(found, new) else {
                    throw ELBv2.Errors.duplicateTargetGroupNameException(
                        "A target group with the same name '\(input.name)' exists, but with different settings")
                }
                return found
            }
            guard try transaction.targetGroups(region: region).count < Limits.targetGroups else {
                throw ELBv2.Errors.tooManyTargetGroupsException(
                    "The maximum number of target groups (\(Limits.targetGroups)) has been reached")
            }
            try transaction.insert(
                StoredTargetGroup(
                    arn: arn, region: region, name: input.name, body: StoredShape.encode(new), tags: tags))
            _ = try transaction.routingChanged()
            var answer = new
            answer.loadBalancerArns = []
            return answer
        }
        return ELBv2.CreateTargetGroupOutput(targetGroups: [stored])
    }
}
