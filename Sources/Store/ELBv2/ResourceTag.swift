internal import Model

/// A tag of an ELBv2 resource. Kept in the order in which the keys were first set.
package struct ResourceTag: Hashable, Sendable {
    package let key: String
    package let value: String

    package init(key: String, value: String) {
        self.key = key
        self.value = value
    }
}

/// The JSON text columns that hold small ordered maps: tags and attributes.
enum MapColumn {
    private static let parsed = ParsedTexts()

    static func text(_ tags: [ResourceTag]) -> String {
        JSONValue.object(tags.map { JSONValue.Member($0.key, .string($0.value)) }).text
    }

    static func text(_ attributes: [String: String]) -> String {
        JSONValue.object(attributes.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, .string($0.value)) }).text
    }

    static func tags(_ text: String) throws -> [ResourceTag] {
        try self.parsed.value(of: text) { text in
            try self.members(text).map { ResourceTag(key: $0.name, value: $0.value.string ?? "") }
        }
    }

    static func attributes(_ text: String) throws -> [String: String] {
        try self.parsed.value(of: text) { text in
            try Dictionary(
                self.members(text).map { ($0.name, $0.value.string ?? "") }, uniquingKeysWith: { _, last in last })
        }
    }

    private static func members(_ text: String) throws -> [JSONValue.Member] {
        guard case .object(let members) = try JSONValue(parsing: text) else { return [] }
        return members
    }
}
