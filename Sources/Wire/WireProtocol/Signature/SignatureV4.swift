internal import Crypto
internal import FoundationEssentials

/// AWS Signature Version 4: canonical request, string to sign, signing key (platform.md section 2; the same code signs and
/// verifies).
package struct SignatureV4: Sendable {
    /// The scope a signature is valid for: `20261120/us-east-1/ecs/aws4_request`.
    package struct CredentialScope: Sendable, Equatable {
        package let date: String
        package let region: String
        package let service: String

        package init(date: String, region: String, service: String) {
            self.date = date
            self.region = region
            self.service = service
        }

        var text: String { "\(self.date)/\(self.region)/\(self.service)/aws4_request" }
    }

    static let algorithm = "AWS4-HMAC-SHA256"

    let scope: CredentialScope
    /// `20261120T231204Z`.
    let date: String

    func signature(of canonicalRequest: String, secret: String) -> String {
        Self.hex(
            HMAC<SHA256>.authenticationCode(
                for: Array(self.stringToSign(canonicalRequest).utf8), using: self.key(secret)))
    }

    func stringToSign(_ canonicalRequest: String) -> String {
        [Self.algorithm, self.date, self.scope.text, Self.sha256(Array(canonicalRequest.utf8))].joined(separator: "\n")
    }

    private func key(_ secret: String) -> SymmetricKey {
        var key = SymmetricKey(data: Array("AWS4\(secret)".utf8))
        for part in [self.scope.date, self.scope.region, self.scope.service, "aws4_request"] {
            key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: key))
        }
        return key
    }

    /// - Parameters:
    ///   - signedHeaders: lower-case names, sorted.
    ///   - excludingSignature: a presigned URL's own `X-Amz-Signature` is not part of what it signs.
    static func canonicalRequest(
        _ request: WireRequest, signedHeaders: [String], payloadHash: String, service: String
    ) -> String {
        let headers = signedHeaders.map { name in
            let values = request.headers.all(name).map(Self.collapsed)
            return "\(name):\(values.joined(separator: ","))\n"
        }
        return [
            request.method, Self.canonicalPath(request.path, service: service), Self.canonicalQuery(request.query),
            headers.joined(),
            signedHeaders.joined(separator: ";"), payloadHash,
        ].joined(separator: "\n")
    }

    /// Every segment is encoded once more than on the wire, except for S3, which signs the path as it is sent.
    private static func canonicalPath(_ path: Substring, service: String) -> String {
        guard service != "s3" else { return path.isEmpty ? "/" : String(path) }
        var segments: [Substring] = []
        for segment in path.split(separator: "/") where segment != "." {
            if segment == ".." { _ = segments.popLast() } else { segments.append(segment) }
        }
        let normalized =
            "/" + segments.joined(separator: "/")
            + (path.count > 1 && path.hasSuffix("/") && !segments.isEmpty ? "/" : "")
        return PercentEncoding.encode(normalized, keepingSlashes: true)
    }

    private static func canonicalQuery(_ query: Substring) -> String {
        var pairs: [(name: String, value: String)] = []
        for pair in PercentEncoding.pairs(query, plusIsSpace: false) where pair.name != "X-Amz-Signature" {
            pairs.append((PercentEncoding.encode(pair.name), PercentEncoding.encode(pair.value)))
        }
        pairs.sort { ($0.name, $0.value) < ($1.name, $1.value) }
        return pairs.map { $0.name + "=" + $0.value }.joined(separator: "&")
    }

    /// Sequential spaces become one; spaces at the ends go.
    private static func collapsed(_ value: String) -> String {
        value.split(separator: " ").joined(separator: " ")
    }

    static func sha256(_ bytes: [UInt8]) -> String { Self.hex(SHA256.hash(data: bytes)) }

    private static let hexDigits = Array("0123456789abcdef".utf8)

    static func hex(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        for byte in bytes { text += [Self.hexDigits[Int(byte >> 4)], Self.hexDigits[Int(byte & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }
}
