internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

/// What ECS knows of an account setting: its values and what holds while nobody has set it (ECS guide, account settings).
struct AccountSetting {
    let name: ECS.SettingName
    let values: [String]
    let defaultValue: String

    /// Set by another AWS service, never by a caller.
    var isManaged: Bool { self.name == .guardDutyActivate }

    static let all: [AccountSetting] = [
        AccountSetting(name: .awsvpcTrunking, values: ["enabled", "disabled"], defaultValue: "disabled"),
        AccountSetting(
            name: .containerInsights, values: ["enabled", "disabled", "enhanced"], defaultValue: "disabled"),
        AccountSetting(name: .containerInstanceLongArnFormat, values: ["enabled"], defaultValue: "enabled"),
        AccountSetting(
            name: .defaultLogDriverMode, values: ["blocking", "non-blocking"], defaultValue: "non-blocking"),
        AccountSetting(name: .fargateEventWindows, values: ["enabled", "disabled"], defaultValue: "disabled"),
        AccountSetting(name: .fargateFIPSMode, values: ["enabled", "disabled"], defaultValue: "disabled"),
        AccountSetting(name: .fargateTaskRetirementWaitPeriod, values: ["0", "7", "14"], defaultValue: "7"),
        AccountSetting(name: .guardDutyActivate, values: [], defaultValue: "off"),
        // The short forms are gone from AWS; here they never were.
        AccountSetting(name: .serviceLongArnFormat, values: ["enabled"], defaultValue: "enabled"),
        AccountSetting(name: .tagResourceAuthorization, values: ["on", "off"], defaultValue: "on"),
        AccountSetting(name: .taskLongArnFormat, values: ["enabled"], defaultValue: "enabled"),
    ]

    /// - Throws: `InvalidParameterException` where there is no such setting, or the value is not one of its own.
    static func checked(_ name: ECS.SettingName, value: String) throws -> AccountSetting {
        let setting = try self.named(name)
        guard !setting.isManaged else {
            throw ECS.Errors.invalidParameterException(
                "The setting \(name.rawValue) is managed by AWS and cannot be changed.")
        }
        guard setting.values.contains(value) else {
            throw ECS.Errors.invalidParameterException(
                "Invalid value \(value) for the setting \(name.rawValue). Valid values: \(setting.values.joined(separator: ", "))"
            )
        }
        return setting
    }

    static func named(_ name: ECS.SettingName) throws -> AccountSetting {
        guard let setting = self.all.first(where: { $0.name == name }) else {
            throw ECS.Errors.invalidParameterException("There is no setting \(name.rawValue).")
        }
        return setting
    }

    func shape(_ value: String, of principal: String) -> ECS.Setting {
        ECS.Setting(name: self.name, value: value, principalArn: principal, type: self.isManaged ? .awsManaged : .user)
    }
}

/// Whose settings a call is about.
enum SettingPrincipal {
    static func root(in scope: Scope) -> String { scope.globalARN("iam", "root").description }

    /// The named principal, else the caller. A session has the settings of its role, a service those of the root.
    /// - Throws: `InvalidParameterException` where the ARN is no user, role or root.
    static func arn(_ named: String?, _ context: RequestContext) throws -> String {
        if let named {
            guard let arn = ARN(named), arn.service == "iam",
                arn.resource == "root" || arn.resource.hasPrefix("user/") || arn.resource.hasPrefix("role/")
            else { throw ECS.Errors.invalidParameterException("Invalid principalArn \(named)") }
            return named
        }
        switch context.principal {
        case .root, .service: return self.root(in: context.scope)
        case .user(let name, _, _): return context.scope.globalARN("iam", "user/\(name)").description
        case .assumedRole(let role, _, _, _): return context.scope.globalARN("iam", "role/\(role)").description
        }
    }
}

extension StoreSnapshot {
    /// The principal's own value, else the root's, else ECS's default.
    func effectiveValue(of setting: AccountSetting, for principal: String, in scope: Scope) throws -> String {
        let own = try self.accountSettings(of: principal, region: scope.region)
        let root = try self.accountSettings(of: SettingPrincipal.root(in: scope), region: scope.region)
        return own[setting.name.rawValue] ?? root[setting.name.rawValue] ?? setting.defaultValue
    }
}
