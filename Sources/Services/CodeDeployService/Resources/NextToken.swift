internal import CodeDeployAPI
internal import WireProtocol

/// The place after which a list goes on, as text that clients only hand back.
enum NextToken {
    static let pageSize = 100

    static func encode(_ place: String) -> String { Base64.encode(Array(place.utf8)) }

    /// - Throws: `InvalidNextTokenException`
    static func decode(_ token: String?) throws -> String? {
        guard let token, !token.isEmpty else { return nil }
        guard let bytes = Base64.decode(token), let place = String(validating: bytes, as: UTF8.self) else {
            throw CodeDeploy.Errors.invalidNextTokenException("The next token is not valid.")
        }
        return place
    }

    /// One page of names in ascending order. Names that come and go between two calls disturb nothing.
    static func page(of names: [String], after token: String?) throws -> (names: [String], next: String?) {
        let last = try Self.decode(token)
        let rest = names.filter { name in last.map { name > $0 } ?? true }
        let page = Array(rest.prefix(Self.pageSize))
        return (page, rest.count > page.count ? page.last.map(Self.encode) : nil)
    }
}
