internal import IAMAPI
internal import Store
internal import WireProtocol

extension IAMHandlers {
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
}
