internal import IAMAPI
internal import Model
internal import Store
internal import WireProtocol

extension IAMHandlers {
    private static let versionLimit = 5

    func createPolicyVersion(
        _ input: IAM.CreatePolicyVersion.Input, _ context: RequestContext
    ) async throws -> IAM.CreatePolicyVersion.Output {
        try PolicyDocument.check(input.policyDocument, as: .identity)
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

    func getPolicyVersion(_ input: IAM.GetPolicyVersion.Input, _ context: RequestContext) async throws -> IAM.GetPolicyVersion.Output {
        try await self.store.read { snapshot in
            if let managed = AWSManagedPolicy(arn: input.policyArn), input.versionId == "v1" {
                return .init(
                    policyVersion: IAM.PolicyVersion(
                        document: PolicyDocument.encoded(managed.document), versionId: "v1", isDefaultVersion: true,
                        createDate: managed.created))
            }
            let (policy, version) = try snapshot.existingVersion(input.versionId, of: input.policyArn)
            return .init(policyVersion: version.shape(of: policy, withDocument: true))
        }
    }

    func listPolicyVersions(
        _ input: IAM.ListPolicyVersions.Input, _ context: RequestContext
    ) async throws -> IAM.ListPolicyVersions.Output {
        let versions: [IAM.PolicyVersion] = try await self.store.read { snapshot in
            if let managed = AWSManagedPolicy(arn: input.policyArn) {
                return [IAM.PolicyVersion(versionId: "v1", isDefaultVersion: true, createDate: managed.created)]
            }
            let policy = try snapshot.modifiablePolicy(input.policyArn)
            return try snapshot.policyVersions(of: policy.arn).map { $0.shape(of: policy, withDocument: false) }
        }
        // Newest first: the marker's key falls as the version rises.
        let page = try Page(versions, marker: input.marker, maxItems: input.maxItems) { version in
            let number = Int((version.versionId ?? "").dropFirst()) ?? 0
            return String(1_000_000_000_000 - number)
        }
        return .init(versions: page.elements, isTruncated: page.isTruncated, marker: page.marker)
    }

    func setDefaultPolicyVersion(_ input: IAM.SetDefaultPolicyVersion.Input, _ context: RequestContext) async throws -> EmptyShape {
        let now = self.clock.now()
        try await self.store.write { transaction in
            var (policy, version) = try transaction.existingVersion(input.versionId, of: input.policyArn)
            policy.defaultVersion = version.number
            policy.updated = now
            try transaction.updatePolicy(policy)
        }
        return EmptyShape()
    }

    func deletePolicyVersion(_ input: IAM.DeletePolicyVersion.Input, _ context: RequestContext) async throws -> EmptyShape {
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

extension StoreSnapshot {
    /// - Throws: `NoSuchEntity`, or `AccessDenied` for AWS's policies.
    fileprivate func existingVersion(_ id: String, of arn: String) throws -> (StoredPolicy, StoredPolicyVersion) {
        let policy = try self.modifiablePolicy(arn)
        guard let version = try self.policyVersions(of: arn).first(where: { "v\($0.number)" == id }) else {
            throw IAM.Errors.noSuchEntityException("Policy \(arn) version \(id) does not exist or is not attachable.")
        }
        return (policy, version)
    }
}
