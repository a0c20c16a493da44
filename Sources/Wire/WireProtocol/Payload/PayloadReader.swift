internal import Crypto
internal import Synchronization

/// The body of a request of S3 as it comes in: without its framing, and found to be what the request declares. The checks
/// that need all of it are made before the end is told. One consumer at a time.
package final class PayloadReader: Sendable {
    /// What the whole came out as.
    package struct Summary: Equatable, Sendable {
        /// In bytes, without framing.
        package let size: Int
        package let md5: [UInt8]
        /// By the algorithm that the client chose; `nil` where it chose none.
        package let checksum: Checksum?
    }

    fileprivate struct State: Sendable {
        var decoder: ChunkedDecoder?
        var size = 0
        var md5 = Insecure.MD5()
        var sha256: SHA256?
        var checksum: RunningChecksum?
        var summary: Summary?
    }

    private let source: ByteSource
    private let declaration: PayloadDeclaration
    private let state: Mutex<State>

    /// - Parameter signatures: `nil` where chunks are not verified.
    init(_ source: ByteSource, _ declaration: PayloadDeclaration, signatures: ChunkSignatures?) {
        self.source = source
        self.declaration = declaration
        var state = State()
        switch declaration.framing {
        case .plain(let sha256): if sha256 != nil { state.sha256 = SHA256() }
        case .chunked(let isSigned, let hasTrailer):
            state.decoder = ChunkedDecoder(
                isSigned: isSigned, hasTrailer: hasTrailer, length: declaration.length ?? 0, signatures: signatures)
        }
        state.checksum = (declaration.checksum?.algorithm).map { RunningChecksum($0) }
        self.state = Mutex(state)
    }

    /// For bytes that are already here: a copy, or the payload of a call inside the server.
    /// - Parameter algorithm: of the checksum that is wanted.
    package convenience init(_ source: ByteSource, computing algorithm: Checksum.Algorithm? = nil) {
        self.init(source, PayloadDeclaration(computing: algorithm, length: source.length), signatures: nil)
    }

    /// Bytes without framing, where the request tells.
    package var length: Int? { self.declaration.length }

    /// The algorithm that the client checks its body by.
    package var checksumAlgorithm: Checksum.Algorithm? { self.declaration.checksum?.algorithm }

    /// `nil` at the end, once every check has passed.
    /// - Throws: `AWSError` where the body is not what was declared, or the error of the connection.
    package func next() async throws -> [UInt8]? {
        while let piece = try await self.piece() {
            let data = try self.state.withLock { try $0.take(piece) }
            if !data.isEmpty { return data }
        }
        try self.state.withLock { try $0.finish(self.declaration) }
        return nil
    }

    private func piece() async throws -> [UInt8]? {
        do {
            return try await self.source.next()
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            // The connection ended before the body did: nobody is left to be told why.
            throw PayloadError.incomplete
        }
    }

    /// Set when `next` has told the end.
    package var summary: Summary? { self.state.withLock { $0.summary } }

    /// All of it, for an operation that takes it whole.
    func collect() async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let piece = try await self.next() { bytes += piece }
        return bytes
    }
}

extension PayloadReader.State {
    fileprivate mutating func take(_ piece: [UInt8]) throws -> [UInt8] {
        let data = try self.decoder?.decode(piece) ?? piece
        self.size += data.count
        self.md5.update(data: data)
        self.sha256?.update(data: data)
        self.checksum?.update(data)
        return data
    }

    fileprivate mutating func finish(_ declaration: PayloadDeclaration) throws {
        guard self.summary == nil else { return }
        try self.decoder?.finish()
        if let length = declaration.length, length != self.size { throw PayloadError.incomplete }
        if case .plain(let expected?) = declaration.framing, let sha256 = self.sha256,
            SignatureV4.hex(sha256.finalize()) != expected
        {
            throw PayloadError.sha256Mismatch
        }
        let md5 = Array(self.md5.finalize())
        if let expected = declaration.md5, expected != md5 { throw PayloadError.badMD5 }
        let checksum = self.checksum?.checksum
        if let checksum, let expected = try self.expected(declaration), checksum != expected {
            throw PayloadError.badChecksum(checksum.algorithm)
        }
        self.summary = PayloadReader.Summary(size: self.size, md5: md5, checksum: checksum)
    }

    private func expected(_ declaration: PayloadDeclaration) throws -> Checksum? {
        switch declaration.checksum {
        case nil, .computed: return nil
        case .value(let checksum): return checksum
        case .trailer(let algorithm):
            guard let text = self.decoder?.trailers.first(where: { $0.name == algorithm.header })?.value else {
                throw PayloadError.malformedTrailer
            }
            guard let checksum = Checksum(algorithm, base64: text) else {
                throw PayloadError.invalidChecksum(algorithm.header)
            }
            return checksum
        }
    }
}
