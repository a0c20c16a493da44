internal import Crypto

/// The chain of signatures through an aws-chunked body: each chunk's covers the one before it, the first that of the
/// request's head.
struct ChunkSignatures: Sendable {
    private let key: SymmetricKey
    private let date: String
    private let scope: String
    private var previous: String

    init(key: SymmetricKey, signed: SignedRequest) {
        self.key = key
        self.date = signed.date
        self.scope = signed.scope.text
        self.previous = signed.signature
    }

    /// - Parameter hash: SHA-256 of the chunk's data, in hexadecimal.
    /// - Returns: whether the signature is the chunk's; the next one is then checked against it.
    mutating func verify(chunk hash: String, signature: String) -> Bool {
        self.verify("PAYLOAD", "\(SignatureV4.sha256([]))\n\(hash)", signature)
    }

    /// - Parameter text: `name:value` and a line feed for each trailer.
    mutating func verify(trailer text: [UInt8], signature: String) -> Bool {
        self.verify("TRAILER", SignatureV4.sha256(text), signature)
    }

    private mutating func verify(_ kind: String, _ hashes: String, _ signature: String) -> Bool {
        let text =
            "\(SignatureV4.algorithm)-\(kind)\n\(self.date)\n\(self.scope)\n\(self.previous)\n\(hashes)"
        let expected = SignatureV4.hex(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: self.key))
        guard ConstantTime.areEqual(expected, signature) else { return false }
        self.previous = signature
        return true
    }
}
