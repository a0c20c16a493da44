/// What a request of S3 says of its body: how it is framed and what it must come out as (platform.md sections 2.1 and 2.2).
struct PayloadDeclaration: Equatable, Sendable {
    enum Framing: Equatable, Sendable {
        /// The body as it is, with its SHA-256 in hexadecimal where that is declared.
        case plain(sha256: String?)
        /// aws-chunked.
        case chunked(isSigned: Bool, hasTrailer: Bool)
    }

    enum ExpectedChecksum: Equatable, Sendable {
        case value(Checksum)
        /// The value comes behind the body.
        case trailer(Checksum.Algorithm)
        /// Nothing is expected; the value is wanted.
        case computed(Checksum.Algorithm)

        var algorithm: Checksum.Algorithm {
            switch self {
            case .value(let checksum): checksum.algorithm
            case .trailer(let algorithm), .computed(let algorithm): algorithm
            }
        }
    }

    let framing: Framing
    let md5: [UInt8]?
    let checksum: ExpectedChecksum?
    /// Of the body without its framing, in bytes; `nil` where the request does not tell.
    let length: Int?

    /// Of bytes that no client has sent.
    init(computing algorithm: Checksum.Algorithm?, length: Int?) {
        self.framing = .plain(sha256: nil)
        self.md5 = nil
        self.checksum = algorithm.map { .computed($0) }
        self.length = length
    }

    /// - Parameters:
    ///   - isHashRequired: the signature does not cover the body unless its hash is declared.
    ///   - isChecksumBody: whether headers with checksums are about the body.
    init(_ headers: HeaderList, isHashRequired: Bool, isChecksumBody: Bool = true) throws {
        self.framing = try Self.framing(headers, isHashRequired: isHashRequired)
        self.md5 = try headers["Content-MD5"].map { text in
            guard let digest = Base64.decode(text), digest.count == 16 else { throw PayloadError.invalidMD5 }
            return digest
        }
        self.checksum = isChecksumBody ? try Self.checksum(headers, self.framing) : nil
        switch self.framing {
        case .plain: self.length = headers["Content-Length"].flatMap { Int($0) }
        case .chunked:
            guard let length = headers["x-amz-decoded-content-length"].flatMap({ Int($0) }), length >= 0 else {
                throw PayloadError.missingLength
            }
            self.length = length
        }
    }

    private static func framing(_ headers: HeaderList, isHashRequired: Bool) throws -> Framing {
        switch headers["x-amz-content-sha256"] {
        case nil:
            guard !isHashRequired else { throw PayloadError.missingSHA256 }
            return .plain(sha256: nil)
        case "UNSIGNED-PAYLOAD": return .plain(sha256: nil)
        case "STREAMING-UNSIGNED-PAYLOAD-TRAILER": return .chunked(isSigned: false, hasTrailer: true)
        case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD": return .chunked(isSigned: true, hasTrailer: false)
        case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER": return .chunked(isSigned: true, hasTrailer: true)
        case let hash?:
            if hash.hasPrefix("STREAMING-") { throw PayloadError.notImplemented("x-amz-content-sha256 \(hash)") }
            guard hash.utf8.count == 64, hash.allSatisfy(\.isHexDigit) else {
                throw AWSError(
                    code: "InvalidArgument",
                    message: "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, "
                        + "STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, "
                        + "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.",
                    members: ["ArgumentName": .string("x-amz-content-sha256"), "ArgumentValue": .string(hash)])
            }
            return .plain(sha256: hash.lowercased())
        }
    }

    private static let prefix = "x-amz-checksum-"
    /// Headers that begin so and hold no value.
    private static let others: Set = ["x-amz-checksum-mode", "x-amz-checksum-algorithm", "x-amz-checksum-type"]

    /// Whether a header of this name, in lower case, holds a checksum's value.
    static func isChecksum(_ name: String) -> Bool {
        name.hasPrefix(Self.prefix) && !Self.others.contains(name)
    }

    private static func checksum(_ headers: HeaderList, _ framing: Framing) throws -> ExpectedChecksum? {
        var found: [ExpectedChecksum] = []
        for field in headers.fields {
            let name = field.name.lowercased()
            guard Self.isChecksum(name) else { continue }
            let algorithm = try Self.algorithm(name)
            guard let checksum = Checksum(algorithm, base64: field.value) else {
                throw PayloadError.invalidChecksum(name)
            }
            found.append(.value(checksum))
        }
        if case .chunked(_, hasTrailer: true) = framing {
            for list in headers.all("x-amz-trailer") {
                for name in list.lowercased().split(separator: ",") {
                    let name = name.filter { $0 != " " }
                    guard name.hasPrefix(Self.prefix) else { continue }
                    found.append(.trailer(try Self.algorithm(name)))
                }
            }
        }
        guard found.count <= 1 else { throw PayloadError.severalChecksums }
        if found.isEmpty, headers["x-amz-sdk-checksum-algorithm"] != nil { throw PayloadError.missingChecksum }
        return found.first
    }

    private static func algorithm(_ header: String) throws -> Checksum.Algorithm {
        guard let algorithm = Checksum.Algorithm.allCases.first(where: { $0.header == header }) else {
            throw PayloadError.notImplemented(header)
        }
        return algorithm
    }
}
