internal import IAMAPI
internal import Model
internal import Store
internal import WireProtocol

extension IAMHandlers {
    func getRole(_ input: IAM.GetRole.Input, _ context: RequestContext) async throws -> IAM.GetRole.Output {
        .init(role: try await self.store.read { try $0.existingIdentity(.role, input.roleName, context) }.role)
    }

    /// Listed roles lack tags, boundary and last use, as in AWS.
    func listRoles(_ input: IAM.ListRoles.Input, _ context: RequestContext) async throws -> IAM.ListRoles.Output {
        let roles = try await self.store.read { try $0.identities(.role, account: context.scope.account) }
            .filter { $0.path.hasPrefix(input.pathPrefix ?? "/") }
        let page = try Page(roles, marker: input.marker, maxItems: input.maxItems, key: \.name)
        let shapes = page.elements.map { identity in
            var role = identity.role
            (role.tags, role.permissionsBoundary, role.roleLastUsed) = (nil, nil, nil)
            return role
        }
        return .init(roles: shapes, isTruncated: page.isTruncated, marker: page.marker)
    }
}
