internal import FoundationEssentials
internal import Model

/// Engine values as JSON text.
enum StoredJSON {
    private static let parsed = ParsedTexts()

    static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func decode<Value: Decodable & Sendable>(_ type: Value.Type, from text: String) throws -> Value {
        try self.parsed.value(of: text) { try JSONDecoder().decode(Value.self, from: Data($0.utf8)) }
    }
}
