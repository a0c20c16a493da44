internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    /// The settings that the principal has set itself, or with `effectiveSettings` all that hold for it.
    func listAccountSettings(
        _ input: ECS.ListAccountSettings.Input, _ context: RequestContext
    ) async throws -> ECS.ListAccountSettings.Output {
        guard input.value == nil || input.name != nil else {
            throw ECS.Errors.invalidParameterException("A setting name must be specified where a value is.")
        }
        let principal = try SettingPrincipal.arn(input.principalArn, context)
        let names = try input.name.map { [try AccountSetting.named($0)] } ?? AccountSetting.all
        let settings = try await self.store.read { snapshot in
            let own = try snapshot.accountSettings(of: principal, region: context.scope.region)
            return try names.compactMap { setting -> ECS.Setting? in
                if input.effectiveSettings == true {
                    return setting.shape(
                        try snapshot.effectiveValue(of: setting, for: principal, in: context.scope), of: principal)
                }
                return own[setting.name.rawValue].map { setting.shape($0, of: principal) }
            }
        }
        let chosen = settings.filter { input.value == nil || $0.value == input.value }
        let page = try ListPage(chosen, maxResults: input.maxResults, nextToken: input.nextToken)
        return .init(settings: page.elements, nextToken: page.nextToken)
    }
}
