internal import IAMAPI
internal import Model
internal import Store
internal import WireProtocol

extension IAMHandlers {
    private static let keyLimit = 2

    /// The only time that the secret is shown.
    func createAccessKey(_ input: IAM.CreateAccessKey.Input, _ context: RequestContext) async throws -> IAM.CreateAccessKey.Output {
        let name = try Self.userName(input.userName, context)
        let now = self.clock.now()
        let key = try await self.store.write { transaction in
            let user = try transaction.existingIdentity(.user, name, context)
            guard try transaction.accessKeys(of: user).count < Self.keyLimit else {
                throw IAM.Errors.limitExceededException("Cannot exceed quota for AccessKeysPerUser: \(Self.keyLimit)")
            }
            let key = StoredAccessKey(
                accessKeyID: "AKIA" + Identifiers.upperAlphanumeric(16), account: user.account, user: user.name,
                secretAccessKey: Identifiers.base64URL(40), isActive: true, created: now)
            try transaction.insertAccessKey(key)
            return key
        }
        return .init(
            accessKey: IAM.AccessKey(
                userName: key.user, accessKeyId: key.accessKeyID, status: .active, secretAccessKey: key.secretAccessKey,
                createDate: key.created))
    }

    func listAccessKeys(_ input: IAM.ListAccessKeys.Input, _ context: RequestContext) async throws -> IAM.ListAccessKeys.Output {
        if input.userName == nil, case .root = context.principal { return .init(accessKeyMetadata: [], isTruncated: false) }
        let name = try Self.userName(input.userName, context)
        let keys = try await self.store.read { snapshot in
            try snapshot.accessKeys(of: snapshot.existingIdentity(.user, name, context))
        }
        let page = try Page(keys, marker: input.marker, maxItems: input.maxItems, key: \.accessKeyID)
        let metadata = page.elements.map { key in
            IAM.AccessKeyMetadata(
                userName: key.user, accessKeyId: key.accessKeyID, status: key.isActive ? .active : .inactive, createDate: key.created)
        }
        return .init(accessKeyMetadata: metadata, isTruncated: page.isTruncated, marker: page.marker)
    }

    func updateAccessKey(_ input: IAM.UpdateAccessKey.Input, _ context: RequestContext) async throws -> EmptyShape {
        guard input.status == .active || input.status == .inactive else {
            throw AWSError(code: "ValidationError", message: "Status \(input.status) is not supported; use Active or Inactive")
        }
        let name = try Self.keyOwner(input.userName, context)
        try await self.store.write { transaction in
            try transaction.checkAccessKey(input.accessKeyId, of: name, context)
            try transaction.setAccessKey(input.accessKeyId, isActive: input.status == .active)
        }
        return EmptyShape()
    }

    func deleteAccessKey(_ input: IAM.DeleteAccessKey.Input, _ context: RequestContext) async throws -> EmptyShape {
        let name = try Self.keyOwner(input.userName, context)
        try await self.store.write { transaction in
            try transaction.checkAccessKey(input.accessKeyId, of: name, context)
            try transaction.deleteAccessKey(input.accessKeyId)
        }
        return EmptyShape()
    }

    /// The root may name a key without its user.
    private static func keyOwner(_ name: String?, _ context: RequestContext) throws -> String? {
        if name == nil, case .root = context.principal { return nil }
        return try self.userName(name, context)
    }
}

extension StoreSnapshot {
    /// - Throws: `NoSuchEntity` where the key does not exist or is another user's.
    fileprivate func checkAccessKey(_ id: String, of user: String?, _ context: RequestContext) throws {
        let owner = try user.map { try self.existingIdentity(.user, $0, context) }
        guard let key = try self.accessKey(id), key.account == context.scope.account, owner.map({ $0.name == key.user }) ?? true else {
            throw IAM.Errors.noSuchEntityException("The Access Key with id \(id) cannot be found.")
        }
    }
}
