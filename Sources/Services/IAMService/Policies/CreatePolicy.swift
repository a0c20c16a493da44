internal import IAMAPI
internal import Model
internal import Store
internal import WireProtocol

extension IAMHandlers {
    func createPolicy(_ input: IAM.CreatePolicy.Input, _ context: RequestContext) async throws
        -> IAM.CreatePolicy.Output
    {
        try PolicyDocument.check(input.policyDocument, as: .managed)
        let path = input.path ?? "/"
        let now = self.clock.now()
        let policy = StoredPolicy(
            arn: context.scope.globalARN("iam", "policy\(path)\(input.policyName)").description,
            account: context.scope.account,
            name: input.policyName, path: path, id: "ANPA" + Identifiers.upperAlphanumeric(17),
            description: input.description,
            created: now, updated: now, tags: try IdentityTags.setting(input.tags ?? [], on: []), defaultVersion: 1,
            nextVersion: 2)
        try await self.store.write { transaction in
            guard try transaction.policy(named: policy.name, account: policy.account) == nil else {
                throw IAM.Errors.entityAlreadyExistsException(
                    "A policy called \(policy.name) already exists. Duplicate names are not allowed.")
            }
            try transaction.insertPolicy(policy)
            let version = StoredPolicyVersion(number: 1, document: input.policyDocument, created: now)
            try transaction.insertPolicyVersion(version, of: policy.arn)
        }
        return .init(policy: policy.shape(PolicyUse(attachments: 0, boundaries: 0), for: .created))
    }
}
