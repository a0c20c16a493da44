package import Model
internal import Yams

/// The tree under an AppSpec's text, from YAML or JSON. Scalars of YAML are strings as written, because ports and versions
/// are read leniently anyway.
package enum AppSpecDocument {
    /// More than any real AppSpec has; aliases that multiply end here.
    private static let nodeLimit = 5000

    package static func parse(_ text: String) throws(AppSpecError) -> JSONValue {
        guard text.first(where: { !$0.isWhitespace }) == "{" else { return try Self.yaml(text) }
        do {
            return try JSONValue(parsing: text)
        } catch {
            // A map in YAML's flow style begins like JSON. Where it is neither, its author meant JSON.
            if let value = try? Self.yaml(text) { return value }
            throw AppSpecError(
                "The input AppSpec file is a not well-formed JSON. The template cannot be parsed: \(error).")
        }
    }

    private static func yaml(_ text: String) throws(AppSpecError) -> JSONValue {
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch {
            throw AppSpecError(
                "The input AppSpec file is a not well-formed yaml. The template cannot be parsed: \(error).")
        }
        guard let node else { throw AppSpecError("The AppSpec file is empty.") }
        var left = Self.nodeLimit
        return try Self.value(of: node, left: &left)
    }

    private static func value(of node: Node, left: inout Int) throws(AppSpecError) -> JSONValue {
        left -= 1
        guard left > 0 else { throw AppSpecError("The AppSpec file is too large.") }
        switch node {
        case .scalar(let scalar):
            let isNull = scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
            return isNull ? .null : .string(scalar.string)
        case .sequence(let sequence):
            var values: [JSONValue] = []
            for element in sequence { values.append(try Self.value(of: element, left: &left)) }
            return .array(values)
        case .mapping(let mapping):
            var members: [JSONValue.Member] = []
            for (key, value) in mapping {
                guard case .scalar(let name) = key else {
                    throw AppSpecError("The AppSpec file has a key that is not a text.")
                }
                members.append(JSONValue.Member(name.string, try Self.value(of: value, left: &left)))
            }
            return .object(members)
        case .alias:
            throw AppSpecError("The AppSpec file holds an alias without its anchor.")
        }
    }
}
