internal import IAMAPI
internal import Model
internal import Store
internal import WireProtocol

extension StoredIdentity {
    static let serviceLinkedPath = "/aws-service-role/"

    var isServiceLinked: Bool { self.kind == .role && self.path.hasPrefix(Self.serviceLinkedPath) }

    var role: IAM.Role {
        IAM.Role(
            path: self.path, roleName: self.name, roleId: self.id, arn: self.arn, createDate: self.created,
            assumeRolePolicyDocument: self.trustPolicy.map(PolicyDocument.encoded), description: self.description,
            maxSessionDuration: self.maxSessionDuration, permissionsBoundary: self.boundary,
            tags: self.tags.isEmpty ? nil : self.tags.shapes, roleLastUsed: IAM.RoleLastUsed())
    }

    var user: IAM.User {
        IAM.User(
            path: self.path, userName: self.name, userId: self.id, arn: self.arn, createDate: self.created,
            permissionsBoundary: self.boundary, tags: self.tags.isEmpty ? nil : self.tags.shapes)
    }

    private var boundary: IAM.AttachedPermissionsBoundary? {
        self.permissionsBoundary.map {
            .init(permissionsBoundaryType: .permissionsBoundaryPolicy, permissionsBoundaryArn: $0)
        }
    }
}

extension StoreSnapshot {
    /// - Throws: `NoSuchEntity`.
    func existingIdentity(_ kind: StoredIdentity.Kind, _ name: String, _ context: RequestContext) throws
        -> StoredIdentity
    {
        guard let identity = try self.identity(kind, name, account: context.scope.account) else {
            throw IAM.Errors.noSuchEntityException("The \(kind.rawValue) with name \(name) cannot be found.")
        }
        return identity
    }

    /// The owner of policies that may change: service-linked roles are kept by their service.
    /// - Throws: `NoSuchEntity` or `UnmodifiableEntity`.
    func modifiableIdentity(_ kind: StoredIdentity.Kind, _ name: String, _ context: RequestContext) throws
        -> StoredIdentity
    {
        let identity = try self.existingIdentity(kind, name, context)
        guard !identity.isServiceLinked else {
            throw IAM.Errors.unmodifiableEntityException(
                "Cannot perform the operation on the protected role '\(identity.name)' - this role is only modifiable by AWS"
            )
        }
        return identity
    }
}
