internal import IAMAPI
internal import Model
internal import Store
internal import WireProtocol

extension IAMHandlers {
    func changeProfile(
        _ name: String, _ context: RequestContext,
        _ change: @escaping @Sendable (inout StoredInstanceProfile, StoreTransaction) throws -> Void
    ) async throws -> EmptyShape {
        try await self.store.write { transaction in
            var profile = try transaction.existingProfile(name, context)
            try change(&profile, transaction)
            try transaction.updateInstanceProfile(profile)
        }
        return EmptyShape()
    }
}

extension StoreSnapshot {
    /// - Throws: `NoSuchEntity`.
    func existingProfile(_ name: String, _ context: RequestContext) throws -> StoredInstanceProfile {
        guard let profile = try self.instanceProfile(name, account: context.scope.account) else {
            throw IAM.Errors.noSuchEntityException("Instance Profile \(name) cannot be found.")
        }
        return profile
    }

    func shape(of profile: StoredInstanceProfile) throws -> IAM.InstanceProfile {
        let role = try profile.role.flatMap { try self.identity(.role, $0, account: profile.account) }
        return IAM.InstanceProfile(
            path: profile.path, instanceProfileName: profile.name, instanceProfileId: profile.id, arn: profile.arn,
            createDate: profile.created, roles: role.map { [$0.role] } ?? [],
            tags: profile.tags.isEmpty ? nil : profile.tags.shapes)
    }
}
