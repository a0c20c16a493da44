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
        // Each random number is a system call: two, not one a digit.
        let high = UInt64.random(in: .min ... .max) & ~0xF000 | 0x4000
        let low = UInt64.random(in: .min ... .max) & ~(0b11 << 62) | 0b10 << 62
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for (word, dashes) in [(high, [8, 12]), (low, [0, 4])] {
            for digit in 0..<16 {
                if dashes.contains(digit) { text.append(UInt8(ascii: "-")) }
                let value = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * digit) & 15)
                text.append(value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func string(_ length: Int, of alphabet: [Character]) -> String {
        String((0..<length).map { _ in alphabet[Int.random(in: 0..<alphabet.count)] })
    }
}
