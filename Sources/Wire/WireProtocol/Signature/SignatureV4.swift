internal import Crypto
internal import FoundationEssentials

/// AWS Signature Version 4: canonical request, string to sign, signing key (platform.md section 2; the same code signs and
/// verifies).
package struct SignatureV4: Sendable {
    /// The scope a signature is valid for: `20261120/us-east-1/ecs/aws4_request`.
    package struct CredentialScope: Sendable, Hashable {
        package let date: String
        package let region: String
        package let service: String

        package init(date: String, region: String, service: String) {
            self.date = date
            self.region = region
            self.service = service
        }

        var text: String { "\(self.date)/\(self.region)/\(self.service)/aws4_request" }

        func signingKey(_ secret: String) -> SymmetricKey {
            var key = SymmetricKey(data: Array("AWS4\(secret)".utf8))
            for part in [self.date, self.region, self.service, "aws4_request"] {
                key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: key))
            }
            return key
        }
    }

    static let algorithm = "AWS4-HMAC-SHA256"
    /// The one service whose paths are signed as they are sent, and whose bodies are not part of the signature.
    static let s3 = "s3"

    let scope: CredentialScope
    /// `20261120T231204Z`.
    let date: String

    func signature(of canonicalRequest: [UInt8], secret: String) -> String {
        self.signature(of: canonicalRequest, key: self.scope.signingKey(secret))
    }

    func signature(of canonicalRequest: [UInt8], key: SymmetricKey) -> String {
        let text = "\(Self.algorithm)\n\(self.date)\n\(self.scope.text)\n\(Self.sha256(canonicalRequest))"
        return Self.hex(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key))
    }

    /// In UTF-8.
    /// - Parameters:
    ///   - signedHeaders: lower-case names, sorted.
    ///   - excludingSignature: a presigned URL's own `X-Amz-Signature` is not part of what it signs.
    static func canonicalRequest(
        _ request: WireRequest, signedHeaders: [String], payloadHash: String, service: String
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1024)
        bytes.append(contentsOf: request.method.utf8)
        bytes.append(Self.newline)
        bytes.append(contentsOf: Self.canonicalPath(request.path, service: service).utf8)
        bytes.append(Self.newline)
        bytes.append(contentsOf: Self.canonicalQuery(request.query).utf8)
        bytes.append(Self.newline)
        for name in signedHeaders { Self.append(request.headers.all(name), of: name, to: &bytes) }
        bytes.append(Self.newline)
        for (index, name) in signedHeaders.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ";")) }
            bytes.append(contentsOf: name.utf8)
        }
        bytes.append(Self.newline)
        bytes.append(contentsOf: payloadHash.utf8)
        return bytes
    }

    private static let newline = UInt8(ascii: "\n")
    private static let space = UInt8(ascii: " ")

    private static func append(_ values: [String], of name: String, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: name.utf8)
        bytes.append(UInt8(ascii: ":"))
        for (index, value) in values.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            self.appendCollapsed(value, to: &bytes)
        }
        bytes.append(self.newline)
    }

    /// Sequential spaces become one; spaces at the ends go.
    private static func appendCollapsed(_ value: String, to bytes: inout [UInt8]) {
        let start = bytes.count
        var isAfterSpace = true
        for byte in value.utf8 {
            if byte == self.space, isAfterSpace { continue }
            isAfterSpace = byte == self.space
            bytes.append(byte)
        }
        if bytes.count > start, bytes.last == self.space { bytes.removeLast() }
    }

    /// Every segment is encoded once more than on the wire, except for S3, which signs the path as it is sent.
    private static func canonicalPath(_ path: Substring, service: String) -> String {
        if path.isEmpty || path == "/" { return "/" }
        guard service != Self.s3 else { return String(path) }
        var segments: [Substring] = []
        for segment in path.split(separator: "/") where segment != "." {
            if segment == ".." { _ = segments.popLast() } else { segments.append(segment) }
        }
        let normalized =
            "/" + segments.joined(separator: "/") + (path.hasSuffix("/") && !segments.isEmpty ? "/" : "")
        return PercentEncoding.encode(normalized, keepingSlashes: true)
    }

    private static func canonicalQuery(_ query: Substring) -> String {
        if query.isEmpty { return "" }
        var pairs: [(name: String, value: String)] = []
        for pair in PercentEncoding.pairs(query, plusIsSpace: false) where pair.name != "X-Amz-Signature" {
            pairs.append((PercentEncoding.encode(pair.name), PercentEncoding.encode(pair.value)))
        }
        pairs.sort { ($0.name, $0.value) < ($1.name, $1.value) }
        return pairs.map { $0.name + "=" + $0.value }.joined(separator: "&")
    }

    static func sha256(_ bytes: [UInt8]) -> String { Self.hex(SHA256.hash(data: bytes)) }

    private static let hexDigits = Array("0123456789abcdef".utf8)

    static func hex(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(64)
        for byte in bytes {
            text.append(Self.hexDigits[Int(byte >> 4)])
            text.append(Self.hexDigits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
