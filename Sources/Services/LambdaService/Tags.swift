internal import Model

/// Tags in their stored form: a JSON object, by name.
enum Tags {
    static func encode(_ tags: [String: String]) -> String {
        JSONValue.object(tags.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }).text
    }

    static func decode(_ text: String) throws -> [String: String] {
        guard case .object(let members) = try JSONValue(parsing: text) else { return [:] }
        return Dictionary(members.map { ($0.name, $0.value.string ?? "") }) { $1 }
    }
}
