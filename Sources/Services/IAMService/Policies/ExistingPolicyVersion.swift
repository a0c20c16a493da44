internal import IAMAPI
internal import Store
internal import WireProtocol

extension StoreSnapshot {
    /// - Throws: `NoSuchEntity`, or `AccessDenied` for AWS's policies.
    func existingVersion(_ id: String, of arn: String) throws -> (StoredPolicy, StoredPolicyVersion) {
        let policy = try self.modifiablePolicy(arn)
        guard let version = try self.policyVersions(of: arn).first(where: { "v\($0.number)" == id }) else {
            throw IAM.Errors.noSuchEntityException("Policy \(arn) version \(id) does not exist or is not attachable.")
        }
        return (policy, version)
    }
}
