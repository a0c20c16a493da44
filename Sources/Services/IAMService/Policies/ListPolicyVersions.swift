internal import IAMAPI
internal import Store
internal import WireProtocol

extension IAMHandlers {
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
}
