internal import ELBv2API
internal import Model
internal import Store
internal import WireProtocol

extension ELBv2Handlers {
    /// DeleteTargetGroup. Deleting one that is not there is a success.
    func deleteTargetGroup(
        _ input: ELBv2.DeleteTargetGroupInput, _ context: RequestContext
    ) async throws -> ELBv2.DeleteTargetGroupOutput {
        let arn = input.targetGroupArn
        try await self.store.write { transaction in
            guard try transaction.targetGroup(arn: arn) != nil else { return }
            guard try transaction.loadBalancerARNs(usingTargetGroup: arn).isEmpty else {
                throw ELBv2.Errors.resourceInUseException(
                    "Target group '\(arn)' is currently in use by a listener or a rule")
            }
            try transaction.deleteTargetGroup(arn: arn)
            _ = try transaction.routingChanged()
        }
        return ELBv2.DeleteTargetGroupOutput()
    }
}
