internal import IAMAPI
internal import Model
internal import Store
internal import WireProtocol

extension IAMHandlers {
    /// The role goes at once: no service of ours holds on to it.
    func deleteServiceLinkedRole(
        _ input: IAM.DeleteServiceLinkedRole.Input, _ context: RequestContext
    ) async throws -> IAM.DeleteServiceLinkedRole.Output {
        let now = self.clock.now()
        let taskID = try await self.store.write { transaction in
            let role = try transaction.existingIdentity(.role, input.roleName, context)
            guard role.isServiceLinked else {
                throw IAM.Errors.invalidInputException("Role \(role.name) is not a service-linked role.")
            }
            let taskID = "task\(role.path)\(role.name)/\(Identifiers.uuid())"
            try transaction.deleteIdentity(id: role.id)
            try transaction.insertRoleDeletion(taskID: taskID, account: role.account, at: now)
            return taskID
        }
        return .init(deletionTaskId: taskID)
    }

    func getServiceLinkedRoleDeletionStatus(
        _ input: IAM.GetServiceLinkedRoleDeletionStatus.Input, _ context: RequestContext
    ) async throws -> IAM.GetServiceLinkedRoleDeletionStatus.Output {
        let taskID = input.deletionTaskId
        guard try await self.store.read({ try $0.hasRoleDeletion(taskID: taskID, account: context.scope.account) })
        else {
            throw IAM.Errors.noSuchEntityException("Deletion task \(taskID) cannot be found.")
        }
        return .init(status: .succeeded)
    }
}
