extension SchemaExpression {
    func rendered() -> String {
        switch self {
        case .boolean: ".boolean"
        case .integer(let minimum, let maximum):
            ".integer(\(integerRange(minimum, maximum, lowest: "Int.min") ?? "nil"))"
        case .double(let minimum, let maximum): ".double(\(doubleRange(minimum, maximum) ?? "nil"))"
        case .string(nil, nil, nil): ".anyString"
        case .string(let minimum, let maximum, let pattern):
            ".string(StringConstraints(\(stringArguments(minimum, maximum, pattern))))"
        case .enumeration(let name): "\(name).schema"
        case .blob(let minimum, let maximum): ".blob(\(integerRange(minimum, maximum, lowest: "0") ?? "nil"))"
        case .timestamp(let format): ".timestamp(\(timestampFormat(format)))"
        case .document: ".document"
        case .structure(let name): ".structure(\(name).schema)"
        case .named(let name): "Schemas.\(name)"
        case .list(let element, let elementName, let flattened, let minimum, let maximum):
            ".list(ListSchema(of: \(element.rendered())\(argument("named", elementName))\(tail(flattened, minimum, maximum))))"
        case .map(let key, let value, let keyName, let valueName, let flattened, let minimum, let maximum):
            ".map(MapSchema(from: \(key.rendered()), to: \(value.rendered())\(argument("keyName", keyName))"
                + "\(argument("valueName", valueName))\(tail(flattened, minimum, maximum))))"
        }
    }
}

private func argument(_ label: String, _ name: String?) -> String { name.map { ", \(label): \(literal($0))" } ?? "" }

private func tail(_ flattened: Bool, _ minimum: Int?, _ maximum: Int?) -> String {
    (flattened ? ", flattened: true" : "")
        + (integerRange(minimum, maximum, lowest: "0").map { ", length: \($0)" } ?? "")
}

private func stringArguments(_ minimum: Int?, _ maximum: Int?, _ pattern: String?) -> String {
    let length = integerRange(minimum, maximum, lowest: "0").map { "length: \($0)" }
    return [length, pattern.map { "pattern: \(literal($0))" }].compactMap { $0 }.joined(separator: ", ")
}

private func integerRange(_ minimum: Int?, _ maximum: Int?, lowest: String) -> String? {
    guard minimum != nil || maximum != nil else { return nil }
    let upper = maximum.flatMap { $0 == Int.max ? nil : String($0) } ?? "Int.max"
    return "\(minimum.map { String($0) } ?? lowest)...\(upper)"
}

private func doubleRange(_ minimum: Double?, _ maximum: Double?) -> String? {
    guard minimum != nil || maximum != nil else { return nil }
    return "\(minimum.map { String($0) } ?? "-Double.infinity")...\(maximum.map { String($0) } ?? "Double.infinity")"
}

private func timestampFormat(_ name: String?) -> String {
    switch name {
    case "iso8601": ".iso8601"
    case "rfc822": ".httpDate"
    case "unixTimestamp": ".epochSeconds"
    case nil, .some: "nil"
    }
}
