internal import IAMAPI
internal import Model
internal import Store
internal import WireProtocol

extension IAMHandlers {
    /// There are no groups. Users and roles share one page, users first.
    func listEntitiesForPolicy(
        _ input: IAM.ListEntitiesForPolicy.Input, _ context: RequestContext
    ) async throws -> IAM.ListEntitiesForPolicy.Output {
        let account = context.scope.account
        let kinds: [StoredIdentity.Kind] =
            switch input.entityFilter {
            case .user: [.user]
            case .role: [.role]
            case .group, .localManagedPolicy, .awsManagedPolicy, .unknown: []
            case nil: [.user, .role]
            }
        let entities = try await self.store.read { snapshot in
            try snapshot.checkAttachable(input.policyArn)
            return try kinds.flatMap { kind in
                let attached = Set(try snapshot.owners(kind, ofPolicy: input.policyArn, account: account))
                return try snapshot.identities(kind, account: account).filter { identity in
                    let isBoundary = identity.permissionsBoundary == input.policyArn
                    let isUsed =
                        switch input.policyUsageFilter {
                        case .permissionsBoundary: isBoundary
                        case .permissionsPolicy: attached.contains(identity.name)
                        case .unknown, nil: attached.contains(identity.name) || isBoundary
                        }
                    return isUsed && identity.path.hasPrefix(input.pathPrefix ?? "/")
                }
            }
        }
        let page = try Page(entities, marker: input.marker, maxItems: input.maxItems) { identity in
            (identity.kind == .user ? "1/" : "2/") + identity.name
        }
        return .init(
            policyGroups: [],
            policyUsers: page.elements.filter { $0.kind == .user }.map { .init(userName: $0.name, userId: $0.id) },
            policyRoles: page.elements.filter { $0.kind == .role }.map { .init(roleName: $0.name, roleId: $0.id) },
            isTruncated: page.isTruncated, marker: page.marker)
    }
}
