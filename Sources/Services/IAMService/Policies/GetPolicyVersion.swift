internal import IAMAPI
internal import Store
internal import WireProtocol

extension IAMHandlers {
    func getPolicyVersion(_ input: IAM.GetPolicyVersion.Input, _ context: RequestContext) async throws
        -> IAM.GetPolicyVersion.Output
    {
        try await self.store.read { snapshot in
            if let managed = AWSManagedPolicy(arn: input.policyArn) {
                guard input.versionId == "v1" else {
                    throw IAM.Errors.noSuchEntityException(
                        "Policy \(input.policyArn) version \(input.versionId) does not exist or is not attachable.")
                }
                return .init(
                    policyVersion: IAM.PolicyVersion(
                        document: PolicyDocument.encoded(managed.document), versionId: "v1", isDefaultVersion: true,
                        createDate: managed.created))
            }
            let (policy, version) = try snapshot.existingVersion(input.versionId, of: input.policyArn)
            return .init(policyVersion: version.shape(of: policy, withDocument: true))
        }
    }
}
