internal import IAMAPI
internal import Model
internal import Store
internal import WireProtocol

extension IAMHandlers {
    private static let versionLimit = 5

    func createPolicyVersion(
        _ input: IAM.CreatePolicyVersion.Input, _ context: RequestContext
    ) async throws -> IAM.CreatePolicyVersion.Output {
        try PolicyDocument.check(input.policyDocument, as: .managed)
        let now = self.clock.now()
        return try await self.store.write { transaction in
            var policy = try transaction.modifiablePolicy(input.policyArn)
            guard try transaction.policyVersions(of: policy.arn).count < Self.versionLimit else {
                throw IAM.Errors.limitExceededException(
                    "A managed policy can have up to \(Self.versionLimit) versions. Before you create a new version, you must delete an "
                        + "existing version.")
            }
            let version = StoredPolicyVersion(number: policy.nextVersion, document: input.policyDocument, created: now)
            try transaction.insertPolicyVersion(version, of: policy.arn)
            policy.nextVersion += 1
            policy.updated = now
            if input.setAsDefault == true { policy.defaultVersion = version.number }
            try transaction.updatePolicy(policy)
            return .init(policyVersion: version.shape(of: policy, withDocument: false))
        }
    }
}
