internal import Synchronization
internal import Testing

@testable internal import WireProtocol

/// aws-chunked bodies: the examples of S3's documentation (platform.md section 2.2), and what hostile clients send.
struct ChunkedPayloadTests {
    private static let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    private static let data = [UInt8](repeating: UInt8(ascii: "a"), count: 66_560)

    private static let chunks = [
        "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
        "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
        "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
    ]
    private static let chunksBeforeTrailer = [
        "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
        "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
        "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
    ]

    private func signatures(seed: String) -> ChunkSignatures {
        let scope = SignatureV4.CredentialScope(date: "20130524", region: "us-east-1", service: "s3")
        return ChunkSignatures(
            key: scope.signingKey(Self.secret),
            signed: SignedRequest(
                form: .header, accessKeyID: "AKIAIOSFODNN7EXAMPLE", scope: scope, signedHeaders: [], signature: seed,
                date: "20130524T000000Z", sessionToken: nil))
    }

    private func signed() -> ChunkSignatures {
        self.signatures(seed: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9")
    }

    private func signedWithTrailer() -> ChunkSignatures {
        self.signatures(seed: "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e")
    }

    private func body(_ signatures: [String], data: [UInt8] = Self.data) -> [UInt8] {
        Array("10000;chunk-signature=\(signatures[0])\r\n".utf8) + data[..<65_536]
            + Array("\r\n400;chunk-signature=\(signatures[1])\r\n".utf8) + data[65_536...]
            + Array("\r\n0;chunk-signature=\(signatures[2])\r\n".utf8)
    }

    private func reader(_ body: [UInt8], _ headers: HeaderList, piece: Int, _ signatures: ChunkSignatures?) throws
        -> PayloadReader
    {
        let pieces = stride(from: 0, to: body.count, by: piece).map { Array(body[$0..<min($0 + piece, body.count)]) }
        return PayloadReader(
            ByteSource.inPieces(pieces), try PayloadDeclaration(headers, isHashRequired: true), signatures: signatures)
    }

    private static func headers(_ mode: String, length: Int = Self.data.count, trailer: String? = nil) -> HeaderList {
        var headers: HeaderList = [
            "x-amz-content-sha256": mode, "x-amz-decoded-content-length": String(length),
            "Content-Encoding": "aws-chunked",
        ]
        if let trailer { headers.append("x-amz-trailer", trailer) }
        return headers
    }

    private static let signedMode = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
    private static let unsignedMode = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"

    @Test(arguments: [1, 7, 65_536, 1 << 20])
    func signedChunksAreReadHoweverTheyAreCut(piece: Int) async throws {
        let reader = try self.reader(
            self.body(Self.chunks) + Array("\r\n".utf8), Self.headers(Self.signedMode), piece: piece, self.signed())
        #expect(try await reader.collect() == Self.data)
        #expect(reader.summary?.size == Self.data.count)
    }

    @Test(arguments: ["\r\n", "\n"])
    func aSignedTrailerIsVerified(end: String) async throws {
        let headers = Self.headers(
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", trailer: "x-amz-checksum-crc32c")
        let trailer =
            "x-amz-checksum-crc32c:sOO8/Q==\(end)x-amz-trailer-signature:"
            + "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\(end)\(end)"
        let reader = try self.reader(
            self.body(Self.chunksBeforeTrailer) + Array(trailer.utf8), headers, piece: 1000, self.signedWithTrailer())
        #expect(try await reader.collect() == Self.data)
        #expect(reader.summary?.checksum?.base64 == "sOO8/Q==")
        let forged = trailer.replacingFirst("d81f", with: "d81e")
        let other = try self.reader(
            self.body(Self.chunksBeforeTrailer) + Array(forged.utf8), headers, piece: 1000, self.signedWithTrailer())
        await self.expect("SignatureDoesNotMatch", other)
    }

    @Test func aChangedByteBreaksTheChainOfSignatures() async throws {
        for place in [0, 65_535, 65_536, 66_559] {
            var data = Self.data
            data[place] = UInt8(ascii: "b")
            let reader = try self.reader(
                self.body(Self.chunks, data: data) + Array("\r\n".utf8), Self.headers(Self.signedMode), piece: 4096,
                self.signed())
            await self.expect("SignatureDoesNotMatch", reader)
        }
    }

    @Test func chunksWithoutSignaturesAreRefusedWhereTheyAreDeclared() async throws {
        let reader = try self.reader(
            Array("1\r\na\r\n0\r\n\r\n".utf8), Self.headers(Self.signedMode, length: 1), piece: 100, self.signed())
        await self.expect("SignatureDoesNotMatch", reader)
    }

    @Test(arguments: ["\r\n\r\n", "\r\n"])
    func anUnsignedTrailerEndsInOneWayOrAnother(end: String) async throws {
        let checksum = Checksum.of(Array("hello".utf8), .crc32).base64
        let body = "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:\(checksum)\(end)"
        let reader = try self.reader(
            Array(body.utf8), Self.headers(Self.unsignedMode, length: 5, trailer: "x-amz-checksum-crc32"), piece: 3,
            nil)
        #expect(try await reader.collect() == Array("hello".utf8))
        #expect(reader.summary?.checksum?.base64 == checksum)
    }

    @Test(arguments: [
        ("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", "BadDigest"),
        ("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:nonsense\r\n\r\n", "InvalidRequest"),
        ("5\r\nhello\r\n0\r\n\r\n", "MalformedTrailerError"),
        ("5\r\nhello\r\n0\r\nno colon\r\n\r\n", "MalformedTrailerError"),
        ("5\r\nhel", "IncompleteBody"),
        ("5\r\nhello\r\n", "IncompleteBody"),
        ("", "IncompleteBody"),
        ("4\r\nhell\r\n0\r\n\r\n", "IncompleteBody"),
        ("6\r\nhello!\r\n0\r\n\r\n", "IncompleteBody"),
        ("FFFFFFFFFFFFFFFF\r\nhello", "InvalidRequest"),
        ("7FFFFFFFFFFFFFFF\r\nhello", "IncompleteBody"),
        ("-5\r\nhello\r\n0\r\n\r\n", "InvalidRequest"),
        ("\r\nhello\r\n0\r\n\r\n", "InvalidRequest"),
        ("0x5\r\nhello\r\n0\r\n\r\n", "InvalidRequest"),
        ("5\r\nhelloo\r\n0\r\n\r\n", "InvalidRequest"),
        ("5\r\nhello\r\n0\r\n\r\nmore\r\n", "InvalidRequest"),
        (String(repeating: "0", count: 200) + "\r\n", "InvalidRequest"),
        (String(repeating: "5", count: 5000), "InvalidRequest"),
        ("5\r\nhello\r\n0\r\nx:" + String(repeating: "y", count: 9000) + "\r\n\r\n", "MalformedTrailerError"),
        ("5\r\nhello\r\n0\r\n" + String(repeating: "x:y\r\n", count: 3000), "MalformedTrailerError"),
    ])
    func hostileBodiesAreRefused(body: String, code: String) async throws {
        for piece in [1, 3, 100_000] {
            let reader = try self.reader(
                Array(body.utf8), Self.headers(Self.unsignedMode, length: 5, trailer: "x-amz-checksum-crc32"),
                piece: piece, nil)
            await self.expect(code, reader)
        }
    }

    @Test(
        arguments: [
            (["x-amz-content-sha256": "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"], "NotImplemented"),
            (["x-amz-content-sha256": "abc"], "InvalidArgument"),
            ([:], "InvalidRequest"),
            (["x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER"], "MissingContentLength"),
            (["x-amz-content-sha256": "UNSIGNED-PAYLOAD", "Content-MD5": "short"], "InvalidDigest"),
            (["x-amz-content-sha256": "UNSIGNED-PAYLOAD", "x-amz-checksum-crc32": "AAAA"], "InvalidRequest"),
            (["x-amz-content-sha256": "UNSIGNED-PAYLOAD", "x-amz-checksum-xxhash3": "AAAA"], "NotImplemented"),
            (["x-amz-content-sha256": "UNSIGNED-PAYLOAD", "x-amz-sdk-checksum-algorithm": "CRC32"], "InvalidRequest"),
            (
                [
                    "x-amz-content-sha256": "UNSIGNED-PAYLOAD", "x-amz-checksum-crc32": "AAAAAA==",
                    "x-amz-checksum-crc32c": "AAAAAA==",
                ], "InvalidRequest"
            ),
        ] as [([String: String], String)])
    func declarationsThatCannotHoldAreRefused(fields: [String: String], code: String) {
        var headers = HeaderList()
        for (name, value) in fields { headers.append(name, value) }
        #expect {
            _ = try PayloadDeclaration(headers, isHashRequired: true)
        } throws: { ($0 as? AWSError)?.code == code }
    }

    @Test func aPlainBodyHasItsHashAndLength() async throws {
        let hash = SignatureV4.sha256(Array("hello".utf8))
        let headers: HeaderList = ["x-amz-content-sha256": hash, "Content-Length": "5"]
        #expect(
            try await self.reader(Array("hello".utf8), headers, piece: 2, nil).collect() == Array("hello".utf8))
        await self.expect("XAmzContentSHA256Mismatch", try self.reader(Array("hellO".utf8), headers, piece: 2, nil))
        await self.expect("IncompleteBody", try self.reader(Array("hell".utf8), headers, piece: 2, nil))
    }

    /// Of `123456789`, as catalogues of CRCs list them.
    @Test(arguments: [
        (Checksum.Algorithm.crc32, "cbf43926"), (.crc32c, "e3069283"), (.crc64nvme, "ae8b14860a799888"),
        (.sha1, "f7c3bc1d808e04732adf679965ccc34ca7ae3441"),
    ])
    func checksumsAreThoseOfTheCatalogue(algorithm: Checksum.Algorithm, value: String) {
        #expect(SignatureV4.hex(Checksum.of(Array("123456789".utf8), algorithm).value) == value)
    }

    @Test(arguments: [Checksum.Algorithm.crc32, .crc32c, .crc64nvme])
    func checksumsOfPartsMakeThatOfTheWhole(algorithm: Checksum.Algorithm) {
        let whole = (0..<10_007).map { UInt8(truncatingIfNeeded: $0 * 31) }
        let parts = [0..<1, 1..<4097, 4097..<4097, 4097..<10_007].map { Array(whole[$0]) }
        let combined = algorithm.combined(parts.map { (Checksum.of($0, algorithm).value, $0.count) })
        #expect(combined == Checksum.of(whole, algorithm).value)
    }

    private func expect(_ code: String, _ reader: PayloadReader) async {
        do {
            _ = try await reader.collect()
            Issue.record("nothing was refused; expected \(code)")
        } catch {
            #expect((error as? AWSError)?.code == code, "\(error)")
        }
    }
}

extension ByteSource {
    fileprivate static func inPieces(_ pieces: [[UInt8]]) -> ByteSource {
        let rest = PieceQueue(pieces)
        return ByteSource(length: nil) { rest.next() }
    }
}

private final class PieceQueue: Sendable {
    private let pieces: Mutex<[[UInt8]]>
    init(_ pieces: [[UInt8]]) { self.pieces = Mutex(pieces.reversed()) }
    func next() -> [UInt8]? { self.pieces.withLock { $0.popLast() } }
}

extension String {
    fileprivate func replacingFirst(_ text: String, with other: String) -> String {
        guard let range = self.firstRange(of: text) else { return self }
        return self[..<range.lowerBound] + other + self[range.upperBound...]
    }
}
