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

    /// Without a name, the caller. The root of the account is no user, but answers as one.
    func getUser(_ input: IAM.GetUser.Input, _ context: RequestContext) async throws -> IAM.GetUser.Output {
        if input.userName == nil, case .root(let account) = context.principal {
            let identity = CallerIdentity(context.principal, in: context.scope)
            return .init(user: IAM.User(path: "/", userId: account, arn: identity.arn, createDate: .epoch))
        }
        let name = try Self.userName(input.userName, context)
        return .init(user: try await self.store.read { try $0.existingIdentity(.user, name, context) }.user)
    }

    func listUsers(_ input: IAM.ListUsers.Input, _ context: RequestContext) async throws -> IAM.ListUsers.Output {
        let users = try await self.store.read { try $0.identities(.user, account: context.scope.account) }
            .filter { $0.path.hasPrefix(input.pathPrefix ?? "/") }
        let page = try Page(users, marker: input.marker, maxItems: input.maxItems, key: \.name)
        let shapes = page.elements.map { identity in
            var user = identity.user
            (user.tags, user.permissionsBoundary) = (nil, nil)
            return user
        }
        return .init(users: shapes, isTruncated: page.isTruncated, marker: page.marker)
    }

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

    /// Groups cannot be made here, so no user is in one.
    func listGroupsForUser(
        _ input: IAM.ListGroupsForUser.Input, _ context: RequestContext
    ) async throws -> IAM.ListGroupsForUser.Output {
        _ = try await self.store.read { try $0.existingIdentity(.user, input.userName, context) }
        return .init(groups: [], isTruncated: false)
    }

    /// The user that a call is about: the named one, else the caller.
    /// - Throws: `ValidationError` where the caller is no user.
    static func userName(_ name: String?, _ context: RequestContext) throws -> String {
        if let name { return name }
        guard case .user(let name, _, _) = context.principal else {
            throw AWSError(code: "ValidationError", message: "Must specify userName when calling with non-User credentials")
        }
        return name
    }
}

extension StoreSnapshot {
    /// - Throws: `EntityAlreadyExists`.
    fileprivate func checkUserNameIsFree(_ name: String, _ context: RequestContext) throws {
        guard try self.identity(.user, name, account: context.scope.account) == nil else {
            throw IAM.Errors.entityAlreadyExistsException("User with name \(name) already exists.")
        }
    }
}
