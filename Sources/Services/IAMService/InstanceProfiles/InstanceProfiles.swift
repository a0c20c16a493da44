internal import IAMAPI
internal import Model
internal import Store
internal import WireProtocol

extension IAMHandlers {
    func createInstanceProfile(
        _ input: IAM.CreateInstanceProfile.Input, _ context: RequestContext
    ) async throws -> IAM.CreateInstanceProfile.Output {
        let path = input.path ?? "/"
        let name = input.instanceProfileName
        let profile = StoredInstanceProfile(
            account: context.scope.account, name: name, path: path, id: "AIPA" + Identifiers.upperAlphanumeric(17),
            arn: context.scope.globalARN("iam", "instance-profile\(path)\(name)").description, created: self.clock.now(),
            tags: try IdentityTags.setting(input.tags ?? [], on: []))
        return try await self.store.write { transaction in
            guard try transaction.instanceProfile(name, account: profile.account) == nil else {
                throw IAM.Errors.entityAlreadyExistsException("Instance Profile \(name) already exists.")
            }
            try transaction.insertInstanceProfile(profile)
            return .init(instanceProfile: try transaction.shape(of: profile))
        }
    }

    func getInstanceProfile(
        _ input: IAM.GetInstanceProfile.Input, _ context: RequestContext
    ) async throws -> IAM.GetInstanceProfile.Output {
        try await self.store.read { snapshot in
            .init(instanceProfile: try snapshot.shape(of: snapshot.existingProfile(input.instanceProfileName, context)))
        }
    }

    func listInstanceProfiles(
        _ input: IAM.ListInstanceProfiles.Input, _ context: RequestContext
    ) async throws -> IAM.ListInstanceProfiles.Output {
        let profiles = try await self.profiles(context) { $0.path.hasPrefix(input.pathPrefix ?? "/") }
        let page = try Page(profiles, marker: input.marker, maxItems: input.maxItems, key: { $0.instanceProfileName ?? "" })
        return .init(instanceProfiles: page.elements, isTruncated: page.isTruncated, marker: page.marker)
    }

    func listInstanceProfilesForRole(
        _ input: IAM.ListInstanceProfilesForRole.Input, _ context: RequestContext
    ) async throws -> IAM.ListInstanceProfilesForRole.Output {
        let role = try await self.store.read { try $0.existingIdentity(.role, input.roleName, context) }
        let profiles = try await self.profiles(context) { $0.role == role.name }
        let page = try Page(profiles, marker: input.marker, maxItems: input.maxItems, key: { $0.instanceProfileName ?? "" })
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

    func addRoleToInstanceProfile(
        _ input: IAM.AddRoleToInstanceProfile.Input, _ context: RequestContext
    ) async throws -> EmptyShape {
        try await self.changeProfile(input.instanceProfileName, context) { profile, transaction in
            let role = try transaction.modifiableIdentity(.role, input.roleName, context)
            guard profile.role == nil else {
                throw IAM.Errors.limitExceededException("Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")
            }
            profile.role = role.name
        }
    }

    func removeRoleFromInstanceProfile(
        _ input: IAM.RemoveRoleFromInstanceProfile.Input, _ context: RequestContext
    ) async throws -> EmptyShape {
        try await self.changeProfile(input.instanceProfileName, context) { profile, transaction in
            let role = try transaction.existingIdentity(.role, input.roleName, context)
            guard profile.role == role.name else {
                throw IAM.Errors.noSuchEntityException("Role \(role.name) is not in instance profile \(profile.name).")
            }
            profile.role = nil
        }
    }

    func deleteInstanceProfile(_ input: IAM.DeleteInstanceProfile.Input, _ context: RequestContext) async throws -> EmptyShape {
        try await self.store.write { transaction in
            let profile = try transaction.existingProfile(input.instanceProfileName, context)
            guard profile.role == nil else {
                throw IAM.Errors.deleteConflictException("Cannot delete entity, must remove roles from instance profile first.")
            }
            try transaction.deleteInstanceProfile(id: profile.id)
        }
        return EmptyShape()
    }
}

extension IAMHandlers {
    func tagInstanceProfile(_ input: IAM.TagInstanceProfile.Input, _ context: RequestContext) async throws -> EmptyShape {
        try await self.changeProfile(input.instanceProfileName, context) { profile, _ in
            profile.tags = try IdentityTags.setting(input.tags, on: profile.tags)
        }
    }

    func untagInstanceProfile(_ input: IAM.UntagInstanceProfile.Input, _ context: RequestContext) async throws -> EmptyShape {
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

    private func changeProfile(
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
    fileprivate func existingProfile(_ name: String, _ context: RequestContext) throws -> StoredInstanceProfile {
        guard let profile = try self.instanceProfile(name, account: context.scope.account) else {
            throw IAM.Errors.noSuchEntityException("Instance Profile \(name) cannot be found.")
        }
        return profile
    }

    fileprivate func shape(of profile: StoredInstanceProfile) throws -> IAM.InstanceProfile {
        let role = try profile.role.flatMap { try self.identity(.role, $0, account: profile.account) }
        return IAM.InstanceProfile(
            path: profile.path, instanceProfileName: profile.name, instanceProfileId: profile.id, arn: profile.arn,
            createDate: profile.created, roles: role.map { [$0.role] } ?? [], tags: profile.tags.isEmpty ? nil : profile.tags.shapes)
    }
}
