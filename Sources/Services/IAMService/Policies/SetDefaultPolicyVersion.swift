internal import IAMAPI
internal import Model
internal import Store
internal import WireProtocol

extension IAMHandlers {
    func setDefaultPolicyVersion(_ input: IAM.SetDefaultPolicyVersion.Input, _ context: RequestContext) async throws
        -> EmptyShape
    {
        let now = self.clock.now()
        try await self.store.write { transaction in
            var (policy, version) = try transaction.existingVersion(input.versionId, of: input.policyArn)
            policy.defaultVersion = version.number
            policy.updated = now
            try transaction.updatePolicy(policy)
        }
        return EmptyShape()
    }
}
