internal import IAMAPI
internal import Store
internal import WireProtocol

extension IAMHandlers {
    /// An absent description is removed, as in AWS; an absent duration falls back to an hour.
    func updateRole(_ input: IAM.UpdateRole.Input, _ context: RequestContext) async throws -> IAM.UpdateRole.Output {
        _ = try await self.changeRole(input.roleName, context) { role in
            role.description = input.description
            role.maxSessionDuration = input.maxSessionDuration ?? 3600
        }
        return .init()
    }

    func updateRoleDescription(
        _ input: IAM.UpdateRoleDescription.Input, _ context: RequestContext
    ) async throws -> IAM.UpdateRoleDescription.Output {
        .init(role: try await self.changeRole(input.roleName, context) { $0.description = input.description }.role)
    }

    func updateAssumeRolePolicy(_ input: IAM.UpdateAssumeRolePolicy.Input, _ context: RequestContext) async throws
        -> EmptyShape
    {
        try PolicyDocument.check(input.policyDocument, as: .trust)
        _ = try await self.changeRole(input.roleName, context) { $0.trustPolicy = input.policyDocument }
        return EmptyShape()
    }

    private func changeRole(
        _ name: String, _ context: RequestContext, _ change: @escaping @Sendable (inout StoredIdentity) -> Void
    ) async throws -> StoredIdentity {
        try await self.store.write { transaction in
            var role = try transaction.modifiableIdentity(.role, name, context)
            change(&role)
            try transaction.updateIdentity(role)
            return role
        }
    }
}
