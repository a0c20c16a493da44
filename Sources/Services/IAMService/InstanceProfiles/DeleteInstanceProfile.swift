internal import IAMAPI
internal import Store
internal import WireProtocol

extension IAMHandlers {
    func deleteInstanceProfile(_ input: IAM.DeleteInstanceProfile.Input, _ context: RequestContext) async throws
        -> EmptyShape
    {
        try await self.store.write { transaction in
            let profile = try transaction.existingProfile(input.instanceProfileName, context)
            guard profile.role == nil else {
                throw IAM.Errors.deleteConflictException(
                    "Cannot delete entity, must remove roles from instance profile first.")
            }
            try transaction.deleteInstanceProfile(id: profile.id)
        }
        return EmptyShape()
    }
}
