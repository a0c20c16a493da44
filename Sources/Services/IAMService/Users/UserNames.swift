internal import IAMAPI
internal import Model
internal import Store
internal import WireProtocol

extension IAMHandlers {
    /// The user that a call is about: the named one, else the caller.
    /// - Throws: `ValidationError` where the caller is no user.
    static func userName(_ name: String?, _ context: RequestContext) throws -> String {
        if let name { return name }
        guard case .user(let name, _, _) = context.principal else {
            throw AWSError(
                code: "ValidationError", message: "Must specify userName when calling with non-User credentials")
        }
        return name
    }
}

extension StoreSnapshot {
    /// - Throws: `EntityAlreadyExists`.
    func checkUserNameIsFree(_ name: String, _ context: RequestContext) throws {
        guard try self.identity(.user, name, account: context.scope.account) == nil else {
            throw IAM.Errors.entityAlreadyExistsException("User with name \(name) already exists.")
        }
    }
}
