internal import IAMAPI
internal import Model
internal import Store
internal import WireProtocol

extension IAMHandlers {
    func listInstanceProfiles(
        _ input: IAM.ListInstanceProfiles.Input, _ context: RequestContext
    ) async throws -> IAM.ListInstanceProfiles.Output {
        let profiles = try await self.profiles(context) { $0.path.hasPrefix(input.pathPrefix ?? "/") }
        let page = try Page(
            profiles, marker: input.marker, maxItems: input.maxItems, key: { $0.instanceProfileName ?? "" })
        return .init(instanceProfiles: page.elements, isTruncated: page.isTruncated, marker: page.marker)
    }

    func listInstanceProfilesForRole(
        _ input: IAM.ListInstanceProfilesForRole.Input, _ context: RequestContext
    ) async throws -> IAM.ListInstanceProfilesForRole.Output {
        let role = try await self.store.read { try $0.existingIdentity(.role, input.roleName, context) }
        let profiles = try await self.profiles(context) { $0.role == role.name }
        let page = try Page(
            profiles, marker: input.marker, maxItems: input.maxItems, key: { $0.instanceProfileName ?? "" })
        return .init(instanceProfiles: page.elements, isTruncated: page.isTruncated, marker: page.marker)
    }

    /// Listed profiles lack tags, as in AWS.
    private func profiles(
        _ context: RequestContext, where isIncluded: @escaping @Sendable (StoredInstanceProfile) -> Bool
    ) async throws -> [IAM.InstanceProfile] {
        try await self.store.read { snapshot in
            try snapshot.instanceProfiles(account: context.scope.account).filter(isIncluded).map { profile in
                var shape = try snapshot.shape(of: profile)
                shape.tags = nil
                return shape
            }
        }
    }
}
