internal import Model
internal import WireProtocol

/// The form of a policy document: which members there are, and of which type.
enum PolicySyntax {
    /// - Throws: `MalformedPolicyDocument`
    static func statements(of document: JSONValue) throws -> [PolicyStatement] {
        guard case .object(let members) = document,
            members.allSatisfy({ ["Version", "Id", "Statement"].contains($0.name) })
        else { throw PolicyDocument.syntaxError }
        switch document["Version"] {
        case nil, .string("2012-10-17"), .string("2008-10-17"): break
        case .some: throw PolicyDocument.syntaxError
        }
        if let id = document["Id"], id.string == nil { throw PolicyDocument.syntaxError }
        guard let statement = document["Statement"] else { throw PolicyDocument.syntaxError }
        let statements = statement.array ?? [statement]
        guard !statements.isEmpty else { throw PolicyDocument.syntaxError }
        return try statements.map(PolicyStatement.init)
    }

    /// A text or a list of texts; `nil` where neither of the two members, which exclude each other, is there.
    static func texts(_ name: String, or negated: String, in statement: JSONValue) throws -> [String]? {
        switch (statement[name], statement[negated]) {
        case (nil, nil): return nil
        case (.some, .some): throw PolicyDocument.syntaxError
        case (.some(let value), nil), (nil, .some(let value)):
            if let text = value.string { return [text] }
            guard let elements = value.array else { throw PolicyDocument.syntaxError }
            // IAM overlooks nulls in a list.
            return try elements.filter { $0 != .null }.map { element in
                guard let text = element.string else { throw PolicyDocument.syntaxError }
                return text
            }
        }
    }

    /// `Condition`: operator → key → value or list of values. An operator without keys may have any name.
    static func conditions(_ value: JSONValue?) throws -> [PolicyStatement.Condition] {
        guard let value else { return [] }
        guard case .object(let operators) = value else { throw PolicyDocument.syntaxError }
        var conditions: [PolicyStatement.Condition] = []
        for entry in operators {
            guard case .object(let keys) = entry.value else { throw PolicyDocument.syntaxError }
            guard keys.isEmpty || ConditionOperator.isKnown(entry.name) else { throw PolicyDocument.syntaxError }
            for key in keys {
                let values = try (key.value.array ?? [key.value]).map { value in
                    guard let text = Self.scalar(value) else { throw PolicyDocument.syntaxError }
                    return text
                }
                conditions.append(.init(operator: entry.name, values: values))
            }
        }
        return conditions
    }

    private static func scalar(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text): text
        case .bool(let flag): String(flag)
        case .integer(let number): String(number)
        case .number(let number): String(number)
        case .null, .array, .object: nil
        }
    }
}

/// The operators of conditions (IAM user guide, "IAM JSON policy elements: Condition operators").
enum ConditionOperator {
    private static let names: Set<String> = {
        let ordered = ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"]
        let strings = ["Equals", "NotEquals", "EqualsIgnoreCase", "NotEqualsIgnoreCase", "Like", "NotLike"]
        let arns = ["Equals", "NotEquals", "Like", "NotLike"]
        let all =
            strings.map { "String" + $0 } + ordered.flatMap { ["Numeric" + $0, "Date" + $0] } + arns.map { "Arn" + $0 }
            + ["Bool", "BinaryEquals", "IpAddress", "NotIpAddress"]
        return Set((all + all.map { $0 + "IfExists" } + ["Null"]).map { $0.lowercased() })
    }()

    static func isKnown(_ name: String) -> Bool {
        let name = name.lowercased()
        for prefix in ["forallvalues:", "foranyvalue:"] where name.hasPrefix(prefix) {
            return self.names.contains(String(name.dropFirst(prefix.count)))
        }
        return self.names.contains(name)
    }

    static func comparesDates(_ name: String) -> Bool {
        name.lowercased().split(separator: ":").last?.hasPrefix("date") ?? false
    }
}
