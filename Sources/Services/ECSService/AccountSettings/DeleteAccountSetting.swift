internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    /// Answers with the value that holds from now on.
    func deleteAccountSetting(
        _ input: ECS.DeleteAccountSetting.Input, _ context: RequestContext
    ) async throws -> ECS.DeleteAccountSetting.Output {
        let principal = try SettingPrincipal.arn(input.principalArn, context)
        let setting = try AccountSetting.named(input.name)
        return try await self.store.write { transaction in
            try transaction.deleteAccountSetting(setting.name.rawValue, of: principal, region: context.scope.region)
            let value = try transaction.effectiveValue(of: setting, for: principal, in: context.scope)
            return .init(setting: setting.shape(value, of: principal))
        }
    }
}
