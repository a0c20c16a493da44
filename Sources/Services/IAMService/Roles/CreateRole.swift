internal import IAMAPI
internal import Model
internal import Store
internal import WireProtocol

extension IAMHandlers {
    func createRole(_ input: IAM.CreateRole.Input, _ context: RequestContext) async throws -> IAM.CreateRole.Output {
        try PolicyDocument.check(input.assumeRolePolicyDocument, as: .trust)
        let path = input.path ?? "/"
        guard !path.hasPrefix(StoredIdentity.serviceLinkedPath) else {
            throw IAM.Errors.invalidInputException("Path \(path) is reserved for service-linked roles.")
        }
        let role = StoredIdentity(
            account: context.scope.account, kind: .role, name: input.roleName, path: path,
            id: "AROA" + Identifiers.upperAlphanumeric(17),
            arn: context.scope.globalARN("iam", "role\(path)\(input.roleName)").description, created: self.clock.now(),
            tags: try IdentityTags.setting(input.tags ?? [], on: []), trustPolicy: input.assumeRolePolicyDocument,
            description: input.description, maxSessionDuration: input.maxSessionDuration ?? 3600,
            permissionsBoundary: input.permissionsBoundary)
        try await self.store.write { transaction in
            guard try transaction.identity(.role, role.name, account: role.account) == nil else {
                throw IAM.Errors.entityAlreadyExistsException("Role with name \(role.name) already exists.")
            }
            if let boundary = role.permissionsBoundary { try transaction.checkAttachable(boundary) }
            try transaction.insertIdentity(role)
        }
        return .init(role: role.role)
    }
}
