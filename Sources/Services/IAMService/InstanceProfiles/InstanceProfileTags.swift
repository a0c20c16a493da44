internal import IAMAPI
internal import Store
internal import WireProtocol

extension IAMHandlers {
    func tagInstanceProfile(_ input: IAM.TagInstanceProfile.Input, _ context: RequestContext) async throws -> EmptyShape
    {
        try await self.changeProfile(input.instanceProfileName, context) { profile, _ in
            profile.tags = try IdentityTags.setting(input.tags, on: profile.tags)
        }
    }

    func untagInstanceProfile(_ input: IAM.UntagInstanceProfile.Input, _ context: RequestContext) async throws
        -> EmptyShape
    {
        try await self.changeProfile(input.instanceProfileName, context) { profile, _ in
            profile.tags = IdentityTags.removing(input.tagKeys, from: profile.tags)
        }
    }

    func listInstanceProfileTags(
        _ input: IAM.ListInstanceProfileTags.Input, _ context: RequestContext
    ) async throws -> IAM.ListInstanceProfileTags.Output {
        let profile = try await self.store.read { try $0.existingProfile(input.instanceProfileName, context) }
        let tags = profile.tags.sorted { $0.key.lowercased() < $1.key.lowercased() }
        let page = try Page(tags, marker: input.marker, maxItems: input.maxItems, key: \.key)
        return .init(tags: page.elements.shapes, isTruncated: page.isTruncated, marker: page.marker)
    }
}
