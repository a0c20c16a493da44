internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    func putAccountSetting(_ input: ECS.PutAccountSetting.Input, _ context: RequestContext) async throws
        -> ECS.PutAccountSetting.Output
    {
        let principal = try SettingPrincipal.arn(input.principalArn, context)
        return .init(setting: try await self.set(input.name, to: input.value, for: principal, context))
    }

    /// For every principal that has no value of its own.
    func putAccountSettingDefault(
        _ input: ECS.PutAccountSettingDefault.Input, _ context: RequestContext
    ) async throws -> ECS.PutAccountSettingDefault.Output {
        .init(
            setting: try await self.set(
                input.name, to: input.value, for: SettingPrincipal.root(in: context.scope), context))
    }

    private func set(
        _ name: ECS.SettingName, to value: String, for principal: String, _ context: RequestContext
    ) async throws -> ECS.Setting {
        let setting = try AccountSetting.checked(name, value: value)
        try await self.store.write { transaction in
            try transaction.setAccountSetting(name.rawValue, to: value, for: principal, region: context.scope.region)
        }
        return setting.shape(value, of: principal)
    }
}
