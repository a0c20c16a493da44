internal import IAMAPI
internal import Store
internal import WireProtocol

extension IAMHandlers {
    func deleteUser(_ input: IAM.DeleteUser.Input, _ context: RequestContext) async throws -> EmptyShape {
        try await self.store.write { transaction in
            let user = try transaction.existingIdentity(.user, input.userName, context)
            try transaction.checkHasNoPolicies(user)
            guard try transaction.accessKeys(of: user).isEmpty else {
                throw IAM.Errors.deleteConflictException("Cannot delete entity, must delete access keys first.")
            }
            try transaction.deleteIdentity(id: user.id)
        }
        return EmptyShape()
    }
}
