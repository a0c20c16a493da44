internal import WireProtocol

/// The attributes of one kind of resource: what each may be, and what it is when nobody has set it.
struct AttributeTable: Sendable {
    /// As messages begin: `Load balancer`.
    let resource: String
    /// What a key of another kind of the resource is not supported on: `load balancers of type 'application'`.
    let kind: String
    let definitions: [AttributeDefinition]
    /// Keys of the API that belong to other kinds of the resource.
    let foreignKeys: Set<String>

    /// Every attribute with its value, in the order of the table.
    func values(_ stored: [String: String]) -> [(key: String, value: String)] {
        self.definitions.map { ($0.key, stored[$0.key] ?? $0.defaultValue) }
    }

    /// The value of `key` with defaults applied; empty for a key that the table does not have.
    func value(_ key: String, in stored: [String: String]) -> String {
        stored[key] ?? self.definitions.first { $0.key == key }?.defaultValue ?? ""
    }

    /// What is stored after `changes`; keys that are not among them keep their value.
    /// - Throws: for the first key that is unknown or belongs elsewhere, and for the first value that is not allowed;
    ///   then nothing has changed.
    func applying(
        _ changes: [(key: String, value: String)], to stored: [String: String]
    ) throws(AWSError) -> [String: String] {
        var result = stored
        for (key, value) in changes {
            guard let definition = self.definitions.first(where: { $0.key == key }) else { throw self.unknownKey(key) }
            try self.check(value, against: definition)
            result[key] = value == definition.defaultValue ? nil : value
        }
        return result
    }

    // Terraform recognizes these two wordings, drops the key and tries again.
    private func unknownKey(_ key: String) -> AWSError {
        self.foreignKeys.contains(key)
            ? .invalidConfiguration("\(self.resource) attribute key '\(key)' is not supported on \(self.kind)")
            : .validation("\(self.resource) attribute key '\(key)' is not recognized")
    }

    private func check(_ value: String, against definition: AttributeDefinition) throws(AWSError) {
        guard definition.values.allow(value) else {
            throw .validation("'\(definition.key)' value '\(value)' must be \(definition.values.description)")
        }
        switch definition.support {
        case .all: return
        case .only(let supported):
            guard !supported.contains(value) else { return }
            throw .invalidConfiguration(
                "\(self.resource) attribute '\(definition.key)' cannot be set to '\(value)': Teal supports "
                    + supported.map { "'\($0)'" }.joined(separator: ", "))
        }
    }
}

/// One attribute of the API.
struct AttributeDefinition: Sendable {
    /// Which of the allowed values have their effect here. Others are refused: they would be believed to work.
    enum Support: Sendable {
        case all
        case only([String])
    }

    let key: String
    let defaultValue: String
    let values: AttributeValues
    let support: Support

    init(_ key: String, _ values: AttributeValues, default defaultValue: String) {
        self.init(key, values, default: defaultValue, support: .all)
    }

    /// An attribute that can only have its default value.
    static func fixed(_ key: String, _ values: AttributeValues, default defaultValue: String) -> AttributeDefinition {
        AttributeDefinition(key, values, default: defaultValue, support: .only([defaultValue]))
    }

    /// An attribute of which only some of the API's values are supported.
    static func limited(
        _ key: String, _ values: AttributeValues, default defaultValue: String, to supported: [String]
    ) -> AttributeDefinition {
        AttributeDefinition(key, values, default: defaultValue, support: .only(supported))
    }

    private init(_ key: String, _ values: AttributeValues, default defaultValue: String, support: Support) {
        self.key = key
        self.defaultValue = defaultValue
        self.values = values
        self.support = support
    }
}

/// What the API allows as the value of an attribute. Values are always text.
enum AttributeValues: Sendable, CustomStringConvertible {
    case boolean
    case integer(ClosedRange<Int>)
    /// `0` switches it off.
    case integerOrZero(ClosedRange<Int>)
    case integerOrOff(ClosedRange<Int>)
    case oneOf([String])
    case text

    func allow(_ value: String) -> Bool {
        switch self {
        case .boolean: value == "true" || value == "false"
        case .integer(let range): Self.number(value).map(range.contains) ?? false
        case .integerOrZero(let range): value == "0" || Self.number(value).map(range.contains) ?? false
        case .integerOrOff(let range): value == "off" || Self.number(value).map(range.contains) ?? false
        case .oneOf(let values): values.contains(value)
        case .text: true
        }
    }

    var description: String {
        switch self {
        case .boolean: "one of [true, false]"
        case .integer(let range): "between '\(range.lowerBound)-\(range.upperBound)' inclusive"
        case .integerOrZero(let range): "'0' or between '\(range.lowerBound)-\(range.upperBound)' inclusive"
        case .integerOrOff(let range): "'off' or between '\(range.lowerBound)-\(range.upperBound)' inclusive"
        case .oneOf(let values): "one of [\(values.joined(separator: ", "))]"
        case .text: "text"
        }
    }

    /// Digits only: neither a sign nor white space.
    private static func number(_ text: String) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }
}
