internal import IAMAPI
internal import Model
internal import Store
internal import WireProtocol

extension IAMHandlers {
    private static let keyLimit = 2

    /// The only time that the secret is shown.
    func createAccessKey(_ input: IAM.CreateAccessKey.Input, _ context: RequestContext) async throws
        -> IAM.CreateAccessKey.Output
    {
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
}
