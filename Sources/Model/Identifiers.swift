/// Makes the identifiers that AWS makes: every shape in one place. Holds no state; randomness is the system's.
package enum Identifiers {
    private static let hexDigits = Array("0123456789abcdef")
    private static let upperAlphanumerics = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    private static let base64URLCharacters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")

    /// Lower-case hexadecimal digits: task ids (32), load balancer and target group ids (16), `eni-` and `i-` (17).
    package static func hex(_ length: Int) -> String { self.string(length, of: self.hexDigits) }

    /// Upper-case letters and digits: deployment ids (`d-` and 9), access keys.
    package static func upperAlphanumeric(_ length: Int) -> String { self.string(length, of: self.upperAlphanumerics) }

    /// URL-safe base64 characters: service deployment ids (21).
    package static func base64URL(_ length: Int) -> String { self.string(length, of: self.base64URLCharacters) }

    /// 19 decimal digits, as in `ecs-svc/1234567890123456789`. Never begins with zero.
    package static func decimal19() -> String {
        String(UInt64.random(in: 1_000_000_000_000_000_000...9_223_372_036_854_775_807))
    }

    /// A version 4 UUID in lower case.
    package static func uuid() -> String {
        var digits = (0..<32).map { _ in self.hexDigits[Int.random(in: 0..<16)] }
        digits[12] = "4"
        digits[16] = self.hexDigits[Int.random(in: 8..<12)]
        let text = String(digits)
        var parts: [Substring] = []
        var rest = Substring(text)
        for length in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return parts.joined(separator: "-")
    }

    private static func string(_ length: Int, of alphabet: [Character]) -> String {
        String((0..<length).map { _ in alphabet[Int.random(in: 0..<alphabet.count)] })
    }
}
