internal import Crypto
internal import Model

/// Time-limited addresses of functions' archives, as `GetFunction` shows them: whoever has one may read, for ten minutes
/// (Lambda, `FunctionCodeLocation`).
struct CodeLinks: Sendable {
    static let prefix = "/_teal/functions/"
    private static let validity: Duration = .minutes(10)

    enum Verdict: Equatable, Sendable {
        case code(sha: String)
        case expired
        /// Not made here, or changed.
        case invalid
    }

    private let key: SymmetricKey

    /// - Parameter secret: known to the server alone, and to the next one on the same data directory.
    init(secret: String) {
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("function code".utf8), using: SymmetricKey(data: Array(secret.utf8)))
        self.key = SymmetricKey(data: code)
    }

    /// Path and query.
    func path(of sha: String, at now: Timestamp) -> String {
        let expires = String((now + Self.validity).milliseconds / 1000)
        let signature = Self.hexadecimal(HMAC<SHA256>.authenticationCode(for: Self.text(sha, expires), using: self.key))
        return "\(Self.prefix)\(sha).zip?Expires=\(expires)&Signature=\(signature)"
    }

    /// - Parameter query: without the question mark.
    func verify(path: String, query: String, at now: Timestamp) -> Verdict {
        var fields: [Substring: Substring] = [:]
        for field in query.split(separator: "&") {
            let parts = field.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { fields[parts[0]] = parts[1] }
        }
        guard path.hasPrefix(Self.prefix), path.hasSuffix(".zip"), let expires = fields["Expires"],
            let signature = fields["Signature"].flatMap(Self.bytes)
        else { return .invalid }
        let sha = String(path.dropFirst(Self.prefix.count).dropLast(".zip".count))
        let isValid = HMAC<SHA256>.isValidAuthenticationCode(
            signature, authenticating: Self.text(sha, String(expires)), using: self.key)
        guard isValid, let moment = Int64(expires) else { return .invalid }
        return now.milliseconds <= moment * 1000 ? .code(sha: sha) : .expired
    }

    private static func text(_ sha: String, _ expires: String) -> [UInt8] { Array("\(sha)\n\(expires)".utf8) }

    private static func hexadecimal(_ code: HMAC<SHA256>.MAC) -> String {
        code.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    /// `nil` for a text that is not hexadecimal.
    private static func bytes(_ text: Substring) -> [UInt8]? {
        let digits = text.utf8.map { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            bytes.append(UInt8(high << 4 | low))
        }
        return bytes
    }
}
