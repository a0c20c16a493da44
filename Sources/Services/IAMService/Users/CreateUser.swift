internal import IAMAPI
internal import Model
internal import Store
internal import WireProtocol

extension IAMHandlers {
    func createUser(_ input: IAM.CreateUser.Input, _ context: RequestContext) async throws -> IAM.CreateUser.Output {
        let path = input.path ?? "/"
        let user = StoredIdentity(
            account: context.scope.account, kind: .user, name: input.userName, path: path,
            id: "AIDA" + Identifiers.upperAlphanumeric(17),
            arn: context.scope.globalARN("iam", "user\(path)\(input.userName)").description, created: self.clock.now(),
            tags: try IdentityTags.setting(input.tags ?? [], on: []), permissionsBoundary: input.permissionsBoundary)
        try await self.store.write { transaction in
            try transaction.checkUserNameIsFree(user.name, context)
            if let boundary = user.permissionsBoundary { try transaction.checkAttachable(boundary) }
            try transaction.insertIdentity(user)
        }
        return .init(user: user.user)
    }
}
