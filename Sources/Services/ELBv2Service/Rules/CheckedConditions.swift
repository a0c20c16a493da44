internal import ELBv2API
internal import TrafficRouting
internal import WireProtocol

/// The conditions of a rule, checked and brought into the form in which they are stored and shown: `host-header` and
/// `path-pattern` carry their values both in `Values` and in their `…Config` (elbv2.md, section 7, Conditions).
struct CheckedConditions {
    let conditions: [ELBv2.RuleCondition]

    init(_ conditions: [ELBv2.RuleCondition]) throws(AWSError) {
        guard !conditions.isEmpty else { throw .validation("A condition must be specified") }
        var checked: [ELBv2.RuleCondition] = []
        var seen: Set<String> = []
        var valueCount = 0
        var wildcardCount = 0
        for condition in conditions {
            let field = try Self.field(of: condition)
            if !["http-header", "query-string"].contains(field), !seen.insert(field).inserted {
                throw .invalidConfiguration("A rule can only have one '\(field)' condition")
            }
            let (shown, values) = try Self.checked(condition, field: field)
            guard field == "source-ip" || values.count <= 3 else {
                throw .validation("The '\(field)' field contains too many values; the limit is '3'")
            }
            valueCount += values.count
            if field != "source-ip", field != "http-request-method" {
                wildcardCount += values.reduce(0) { $0 + $1.utf8.count { $0 == 0x2A || $0 == 0x3F } }
            }
            checked.append(shown)
        }
        guard valueCount <= 5 else { throw .validation("A rule can only have '5' condition values") }
        guard wildcardCount <= 5 else { throw .validation("A rule can only have '5' condition wildcards") }
        self.conditions = checked
    }

    private static func field(of condition: ELBv2.RuleCondition) throws(AWSError) -> String {
        guard let field = condition.field.nonEmpty else { throw .validation("A condition field must be specified") }
        let given = [
            "host-header": condition.hostHeaderConfig != nil, "path-pattern": condition.pathPatternConfig != nil,
            "http-header": condition.httpHeaderConfig != nil, "query-string": condition.queryStringConfig != nil,
            "http-request-method": condition.httpRequestMethodConfig != nil,
            "source-ip": condition.sourceIpConfig != nil,
        ]
        guard given[field] != nil else {
            throw .validation(
                "Condition field '\(field)' must be one of '[\(given.keys.sorted().joined(separator: ", "))]'")
        }
        if let other = given.first(where: { $0.key != field && $0.value })?.key {
            throw .validation("The configuration of '\(other)' cannot be used in a condition of type '\(field)'")
        }
        let regex =
            condition.regexValues ?? condition.hostHeaderConfig?.regexValues ?? condition.pathPatternConfig?.regexValues
            ?? condition.httpHeaderConfig?.regexValues ?? []
        guard regex.isEmpty else {
            throw .invalidConfiguration("RegexValues of a '\(field)' condition are not supported by Teal; use Values")
        }
        if !(condition.values ?? []).isEmpty, field != "host-header", field != "path-pattern" {
            throw .validation("The 'Values' field is not compatible with '\(field)'")
        }
        return field
    }

    private static func checked(
        _ condition: ELBv2.RuleCondition, field: String
    ) throws(AWSError) -> (ELBv2.RuleCondition, [String]) {
        var shown = ELBv2.RuleCondition(field: field)
        switch field {
        case "host-header":
            let values = try self.eitherValues(condition.values, condition.hostHeaderConfig?.values, field)
            for value in values { try self.checkHost(value) }
            shown.values = values
            shown.hostHeaderConfig = ELBv2.HostHeaderConditionConfig(values: values)
            return (shown, values)
        case "path-pattern":
            let values = try self.eitherValues(condition.values, condition.pathPatternConfig?.values, field)
            for value in values { try self.checkText(value, field, extra: "_-.$/~\"'@:+&*?") }
            shown.values = values
            shown.pathPatternConfig = ELBv2.PathPatternConditionConfig(values: values)
            return (shown, values)
        case "http-header":
            let config = try self.required(condition.httpHeaderConfig, "HttpHeaderConfig", field)
            guard let name = config.httpHeaderName.nonEmpty else {
                throw .validation("A 'HttpHeaderName' must be specified in 'HttpHeaderConfig'")
            }
            guard name.utf8.count <= 40 else {
                throw .validation("The 'HttpHeaderName' value is too long; the limit is '40'")
            }
            guard name.lowercased() != "host" else {
                throw .validation("The 'http-header' condition cannot be used with the Host header; use 'host-header'")
            }
            let values = try self.nonEmpty(config.values, field)
            for value in values { try self.checkLength(value, field, 128) }
            shown.httpHeaderConfig = config
            return (shown, values)
        case "http-request-method":
            let config = try self.required(condition.httpRequestMethodConfig, "HttpRequestMethodConfig", field)
            let values = try self.nonEmpty(config.values, field)
            for value in values {
                try self.checkLength(value, field, 40)
                guard value.utf8.allSatisfy({ (0x41...0x5A).contains($0) || $0 == 0x2D || $0 == 0x5F }) else {
                    throw .validation(
                        "The 'http-request-method' value is invalid; the allowed characters are A-Z, hyphen and underscore"
                    )
                }
            }
            shown.httpRequestMethodConfig = config
            return (shown, values)
        case "query-string":
            let config = try self.required(condition.queryStringConfig, "QueryStringConfig", field)
            let pairs = config.values ?? []
            guard !pairs.isEmpty else { throw .validation("A condition value must be specified") }
            var values: [String] = []
            for pair in pairs {
                guard let value = pair.value else {
                    throw .validation("A 'Value' must be specified in 'QueryStringKeyValuePair'")
                }
                try self.checkLength(value, "Value", 128)
                try self.checkLength(pair.key ?? "", "Key", 128)
                values.append(value + (pair.key ?? ""))
            }
            shown.queryStringConfig = config
            return (shown, values)
        default:
            let config = try self.required(condition.sourceIpConfig, "SourceIpConfig", field)
            guard let values = config.values, !values.isEmpty else {
                throw .validation("A 'source-ip' value must be specified")
            }
            for value in values where CIDRBlock(value) == nil {
                throw .validation("The 'source-ip' value '\(value)' must be a CIDR block")
            }
            shown.sourceIpConfig = config
            return (shown, values)
        }
    }

    private static func eitherValues(
        _ plain: [String]?, _ config: [String]?, _ field: String
    ) throws(AWSError) -> [String] {
        guard (plain ?? []).isEmpty || (config ?? []).isEmpty || plain == config else {
            let name = field == "host-header" ? "HostHeaderConfig" : "PathPatternConfig"
            throw .validation("You cannot provide both Values and '\(name)' for a condition of type '\(field)'")
        }
        guard let config, !config.isEmpty else {
            // The older member holds one value; the configuration of the condition holds several.
            guard (plain ?? []).count <= 1 else {
                throw .validation("The '\(field)' field contains too many values; the limit is '1'")
            }
            return try self.nonEmpty(plain, field)
        }
        return try self.nonEmpty(config, field)
    }

    private static func nonEmpty(_ values: [String]?, _ field: String) throws(AWSError) -> [String] {
        guard let values, !values.isEmpty, values.allSatisfy({ !$0.isEmpty }) else {
            throw .validation("A condition value must be specified")
        }
        return values
    }

    private static func required<Config>(_ config: Config?, _ name: String, _ field: String) throws(AWSError) -> Config
    {
        guard let config else { throw .validation("A '\(name)' must be specified with '\(field)'") }
        return config
    }

    private static func checkLength(_ value: String, _ name: String, _ limit: Int) throws(AWSError) {
        guard value.unicodeScalars.count <= limit else {
            throw .validation("The '\(name)' value is too long; the limit is '\(limit)'")
        }
    }

    private static func checkHost(_ value: String) throws(AWSError) {
        try self.checkText(value, "host-header", extra: ".*?-_")
        guard let dot = value.lastIndex(of: "."),
            value[value.index(after: dot)...].allSatisfy({ $0.isLetter || $0 == "*" || $0 == "?" })
        else {
            throw .validation("The 'host-header' value '\(value)' must hold a dot, and only letters after the last one")
        }
    }

    private static func checkText(_ value: String, _ field: String, extra: String) throws(AWSError) {
        try self.checkLength(value, field, 128)
        guard value.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || extra.contains($0)) }) else {
            throw .validation("The '\(field)' value '\(value)' contains characters that are not allowed")
        }
    }
}
