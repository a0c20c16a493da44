internal import IAMAPI
internal import Model
internal import Store
internal import WireProtocol

extension IAMHandlers {
    /// Keys, policies and the id go with the user to its new name.
    func updateUser(_ input: IAM.UpdateUser.Input, _ context: RequestContext) async throws -> EmptyShape {
        try await self.store.write { transaction in
            var user = try transaction.existingIdentity(.user, input.userName, context)
            if let name = input.newUserName, name.lowercased() != user.name.lowercased() {
                try transaction.checkUserNameIsFree(name, context)
            }
            user.name = input.newUserName ?? user.name
            user.path = input.newPath ?? user.path
            user.arn = context.scope.globalARN("iam", "user\(user.path)\(user.name)").description
            try transaction.updateIdentity(user)
        }
        return EmptyShape()
    }
}
