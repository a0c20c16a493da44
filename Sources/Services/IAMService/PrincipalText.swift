internal import FoundationEssentials
internal import WireProtocol

/// Principals as they are stored.
enum PrincipalText {
    static func encode(_ principal: Principal) throws -> String {
        String(decoding: try JSONEncoder().encode(principal), as: UTF8.self)
    }

    static func decode(_ text: String) throws -> Principal {
        try JSONDecoder().decode(Principal.self, from: Data(text.utf8))
    }
}
