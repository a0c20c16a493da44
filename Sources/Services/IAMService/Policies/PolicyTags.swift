internal import IAMAPI
internal import Store
internal import WireProtocol

extension IAMHandlers {
    func tagPolicy(_ input: IAM.TagPolicy.Input, _ context: RequestContext) async throws -> EmptyShape {
        try await self.changePolicyTags(input.policyArn) { try IdentityTags.setting(input.tags, on: $0) }
    }

    func untagPolicy(_ input: IAM.UntagPolicy.Input, _ context: RequestContext) async throws -> EmptyShape {
        try await self.changePolicyTags(input.policyArn) { IdentityTags.removing(input.tagKeys, from: $0) }
    }

    func listPolicyTags(_ input: IAM.ListPolicyTags.Input, _ context: RequestContext) async throws
        -> IAM.ListPolicyTags.Output
    {
        let tags = try await self.store.read { snapshot in
            AWSManagedPolicy(arn: input.policyArn) == nil ? try snapshot.modifiablePolicy(input.policyArn).tags : []
        }
        let sorted = tags.sorted { $0.key.lowercased() < $1.key.lowercased() }
        let page = try Page(sorted, marker: input.marker, maxItems: input.maxItems, key: \.key)
        return .init(tags: page.elements.shapes, isTruncated: page.isTruncated, marker: page.marker)
    }

    private func changePolicyTags(
        _ arn: String, _ change: @escaping @Sendable ([ResourceTag]) throws -> [ResourceTag]
    ) async throws -> EmptyShape {
        try await self.store.write { transaction in
            var policy = try transaction.modifiablePolicy(arn)
            policy.tags = try change(policy.tags)
            try transaction.updatePolicy(policy)
        }
        return EmptyShape()
    }
}
