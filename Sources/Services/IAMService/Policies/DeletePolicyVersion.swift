internal import IAMAPI
internal import Store
internal import WireProtocol

extension IAMHandlers {
    func deletePolicyVersion(_ input: IAM.DeletePolicyVersion.Input, _ context: RequestContext) async throws
        -> EmptyShape
    {
        try await self.store.write { transaction in
            let (policy, version) = try transaction.existingVersion(input.versionId, of: input.policyArn)
            guard version.number != policy.defaultVersion else {
                throw IAM.Errors.deleteConflictException("Cannot delete the default version of a policy.")
            }
            try transaction.deletePolicyVersion(version.number, of: policy.arn)
        }
        return EmptyShape()
    }
}
