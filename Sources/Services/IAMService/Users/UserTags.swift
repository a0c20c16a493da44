internal import IAMAPI
internal import Store
internal import WireProtocol

extension IAMHandlers {
    func tagUser(_ input: IAM.TagUser.Input, _ context: RequestContext) async throws -> EmptyShape {
        try await self.changeTags(.user, input.userName, context) { try IdentityTags.setting(input.tags, on: $0) }
    }

    func untagUser(_ input: IAM.UntagUser.Input, _ context: RequestContext) async throws -> EmptyShape {
        try await self.changeTags(.user, input.userName, context) { IdentityTags.removing(input.tagKeys, from: $0) }
    }

    func listUserTags(_ input: IAM.ListUserTags.Input, _ context: RequestContext) async throws
        -> IAM.ListUserTags.Output
    {
        let user = try await self.store.read { try $0.existingIdentity(.user, input.userName, context) }
        let page = try Page(user.sortedTags, marker: input.marker, maxItems: input.maxItems, key: \.key)
        return .init(tags: page.elements.shapes, isTruncated: page.isTruncated, marker: page.marker)
    }
}
