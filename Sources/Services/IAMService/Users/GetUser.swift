internal import IAMAPI
internal import Model
internal import Store
internal import WireProtocol

extension IAMHandlers {
    /// Without a name, the caller. The root of the account is no user, but answers as one.
    func getUser(_ input: IAM.GetUser.Input, _ context: RequestContext) async throws -> IAM.GetUser.Output {
        if input.userName == nil, case .root(let account) = context.principal {
            let identity = CallerIdentity(context.principal, in: context.scope)
            return .init(user: IAM.User(path: "/", userId: account, arn: identity.arn, createDate: .epoch))
        }
        let name = try Self.userName(input.userName, context)
        return .init(user: try await self.store.read { try $0.existingIdentity(.user, name, context) }.user)
    }
}
