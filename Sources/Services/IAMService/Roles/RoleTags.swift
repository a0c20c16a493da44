internal import IAMAPI
internal import Store
internal import WireProtocol

extension IAMHandlers {
    func tagRole(_ input: IAM.TagRole.Input, _ context: RequestContext) async throws -> EmptyShape {
        try await self.changeTags(.role, input.roleName, context) { try IdentityTags.setting(input.tags, on: $0) }
    }

    func untagRole(_ input: IAM.UntagRole.Input, _ context: RequestContext) async throws -> EmptyShape {
        try await self.changeTags(.role, input.roleName, context) { IdentityTags.removing(input.tagKeys, from: $0) }
    }

    func listRoleTags(_ input: IAM.ListRoleTags.Input, _ context: RequestContext) async throws
        -> IAM.ListRoleTags.Output
    {
        let role = try await self.store.read { try $0.existingIdentity(.role, input.roleName, context) }
        let page = try Page(role.sortedTags, marker: input.marker, maxItems: input.maxItems, key: \.key)
        return .init(tags: page.elements.shapes, isTruncated: page.isTruncated, marker: page.marker)
    }

    func changeTags(
        _ kind: StoredIdentity.Kind, _ name: String, _ context: RequestContext,
        _ change: @escaping @Sendable ([ResourceTag]) throws -> [ResourceTag]
    ) async throws -> EmptyShape {
        try await self.store.write { transaction in
            var identity = try transaction.existingIdentity(kind, name, context)
            identity.tags = try change(identity.tags)
            try transaction.updateIdentity(identity)
        }
        return EmptyShape()
    }
}

extension StoredIdentity {
    var sortedTags: [ResourceTag] { self.tags.sorted { $0.key.lowercased() < $1.key.lowercased() } }
}
