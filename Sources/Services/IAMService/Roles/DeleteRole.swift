internal import IAMAPI
internal import Store
internal import WireProtocol

extension IAMHandlers {
    func deleteRole(_ input: IAM.DeleteRole.Input, _ context: RequestContext) async throws -> EmptyShape {
        try await self.store.write { transaction in
            let role = try transaction.modifiableIdentity(.role, input.roleName, context)
            try transaction.checkHasNoPolicies(role)
            let profiles = try transaction.instanceProfiles(account: role.account).filter { $0.role == role.name }
            guard profiles.isEmpty else {
                throw IAM.Errors.deleteConflictException(
                    "Cannot delete entity, must remove roles from instance profile first.")
            }
            try transaction.deleteIdentity(id: role.id)
        }
        return EmptyShape()
    }
}

extension StoreSnapshot {
    /// - Throws: `DeleteConflict`.
    func checkHasNoPolicies(_ identity: StoredIdentity) throws {
        guard try self.attachedPolicies(of: identity).isEmpty else {
            throw IAM.Errors.deleteConflictException("Cannot delete entity, must detach all policies first.")
        }
        guard try self.inlinePolicyNames(of: identity).isEmpty else {
            throw IAM.Errors.deleteConflictException("Cannot delete entity, must delete policies first.")
        }
    }
}
