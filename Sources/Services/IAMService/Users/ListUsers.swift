internal import IAMAPI
internal import Model
internal import Store
internal import WireProtocol

extension IAMHandlers {
    func listUsers(_ input: IAM.ListUsers.Input, _ context: RequestContext) async throws -> IAM.ListUsers.Output {
        let users = try await self.store.read { try $0.identities(.user, account: context.scope.account) }
            .filter { $0.path.hasPrefix(input.pathPrefix ?? "/") }
        let page = try Page(users, marker: input.marker, maxItems: input.maxItems, key: \.name)
        let shapes = page.elements.map { identity in
            var user = identity.user
            (user.tags, user.permissionsBoundary) = (nil, nil)
            return user
        }
        return .init(users: shapes, isTruncated: page.isTruncated, marker: page.marker)
    }
}
