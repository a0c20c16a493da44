internal import IAMAPI
internal import Store
internal import WireProtocol

extension IAMHandlers {
    func listAccessKeys(_ input: IAM.ListAccessKeys.Input, _ context: RequestContext) async throws
        -> IAM.ListAccessKeys.Output
    {
        if input.userName == nil, case .root = context.principal {
            return .init(accessKeyMetadata: [], isTruncated: false)
        }
        let name = try Self.userName(input.userName, context)
        let keys = try await self.store.read { snapshot in
            try snapshot.accessKeys(of: snapshot.existingIdentity(.user, name, context))
        }
        let page = try Page(keys, marker: input.marker, maxItems: input.maxItems, key: \.accessKeyID)
        let metadata = page.elements.map { key in
            IAM.AccessKeyMetadata(
                userName: key.user, accessKeyId: key.accessKeyID, status: key.isActive ? .active : .inactive,
                createDate: key.created)
        }
        return .init(accessKeyMetadata: metadata, isTruncated: page.isTruncated, marker: page.marker)
    }
}
