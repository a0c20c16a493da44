internal import IAMAPI
internal import Model
internal import Store
internal import WireProtocol

extension IAMHandlers {
    /// The root may name a key without its user.
    static func keyOwner(_ name: String?, _ context: RequestContext) throws -> String? {
        if name == nil, case .root = context.principal { return nil }
        return try self.userName(name, context)
    }
}

extension StoreSnapshot {
    /// - Throws: `NoSuchEntity` where the key does not exist or is another user's.
    func checkAccessKey(_ id: String, of user: String?, _ context: RequestContext) throws {
        let owner = try user.map { try self.existingIdentity(.user, $0, context) }
        guard let key = try self.accessKey(id), key.account == context.scope.account,
            owner.map({ $0.name == key.user }) ?? true
        else {
            throw IAM.Errors.noSuchEntityException("The Access Key with id \(id) cannot be found.")
        }
    }
}
