internal import IAMAPI
internal import Model
internal import Store
internal import WireProtocol

extension IAMHandlers {
    func deletePolicy(_ input: IAM.DeletePolicy.Input, _ context: RequestContext) async throws -> EmptyShape {
        try await self.store.write { transaction in
            let policy = try transaction.modifiablePolicy(input.policyArn)
            let use = try transaction.use(ofPolicy: policy.arn, account: policy.account)
            guard use.attachments == 0, use.boundaries == 0 else {
                throw IAM.Errors.deleteConflictException("Cannot delete a policy attached to entities.")
            }
            guard try transaction.policyVersions(of: policy.arn).count == 1 else {
                throw IAM.Errors.deleteConflictException(
                    "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
                        + "The default version is deleted with the policy.")
            }
            try transaction.deletePolicy(arn: policy.arn)
        }
        return EmptyShape()
    }
}
