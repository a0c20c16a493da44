internal import IAMAPI
internal import Model
internal import Store
internal import WireProtocol

extension IAMHandlers {
    func createInstanceProfile(
        _ input: IAM.CreateInstanceProfile.Input, _ context: RequestContext
    ) async throws -> IAM.CreateInstanceProfile.Output {
        let path = input.path ?? "/"
        let name = input.instanceProfileName
        let profile = StoredInstanceProfile(
            account: context.scope.account, name: name, path: path, id: "AIPA" + Identifiers.upperAlphanumeric(17),
            arn: context.scope.globalARN("iam", "instance-profile\(path)\(name)").description,
            created: self.clock.now(),
            tags: try IdentityTags.setting(input.tags ?? [], on: []))
        return try await self.store.write { transaction in
            guard try transaction.instanceProfile(name, account: profile.account) == nil else {
                throw IAM.Errors.entityAlreadyExistsException("Instance Profile \(name) already exists.")
            }
            try transaction.insertInstanceProfile(profile)
            return .init(instanceProfile: try transaction.shape(of: profile))
        }
    }
}
