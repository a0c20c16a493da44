internal import Crypto

/// Takes the framing of aws-chunked off a body that comes in pieces: `HEX[;chunk-signature=SIG]`, data, …, a chunk of no
/// bytes, trailers. Holds no more than one line.
struct ChunkedDecoder: Sendable {
    private enum State: Sendable {
        /// In the line that begins a chunk.
        case head
        /// With the bytes that are still to come, and the signature that they must have.
        case data(left: Int, signature: String?)
        /// Between a chunk's data and the next line.
        case dataEnd
        case trailer
        case finished
    }

    /// A size of 16 digits and a signature take less.
    private static let maximumHead = 128
    private static let maximumTrailer = 4096

    private var signatures: ChunkSignatures?
    private let isSigned: Bool
    private let hasTrailer: Bool
    /// Data bytes that may still come.
    private var left: Int
    private var state = State.head
    private var line: [UInt8] = []
    private var chunkHash = SHA256()
    private var trailerSize = 0
    private var trailerSignature: String?
    /// By lower-case name, in the order of the body.
    private(set) var trailers: [(name: String, value: String)] = []

    /// - Parameters:
    ///   - signatures: `nil` where nothing is verified.
    ///   - length: of all data, in bytes.
    init(isSigned: Bool, hasTrailer: Bool, length: Int, signatures: ChunkSignatures?) {
        self.isSigned = isSigned
        self.hasTrailer = hasTrailer
        self.left = length
        self.signatures = signatures
    }

    /// The data in the next piece of the body.
    /// - Throws: `AWSError`.
    mutating func decode(_ piece: [UInt8]) throws -> [UInt8] {
        var data: [UInt8] = []
        data.reserveCapacity(piece.count)
        var rest = piece[...]
        while let byte = rest.first {
            if case .data(let left, let signature) = self.state {
                let part = rest.prefix(left)
                data += part
                if self.isSigned { part.withUnsafeBytes { self.chunkHash.update(bufferPointer: $0) } }
                rest = rest.dropFirst(part.count)
                self.state = .data(left: left - part.count, signature: signature)
                if part.count == left { try self.endChunk(signature) }
                continue
            }
            rest = rest.dropFirst()
            if byte == UInt8(ascii: "\n") {
                try self.endLine()
            } else {
                guard self.line.count < Self.maximumTrailer else { throw PayloadError.malformedTrailer }
                if case .head = self.state, self.line.count >= Self.maximumHead {
                    throw PayloadError.malformedChunk("the line before a chunk is too long")
                }
                self.line.append(byte)
            }
        }
        return data
    }

    /// - Throws: `AWSError` where the body breaks off.
    mutating func finish() throws {
        // Some clients leave out the last line break.
        if case .trailer = self.state, self.line.isEmpty || !self.trailers.isEmpty || !self.hasTrailer {
            if !self.line.isEmpty { try self.endLine() }
            if case .trailer = self.state { try self.endTrailers() }
        }
        guard case .finished = self.state, self.left == 0 else { throw PayloadError.incomplete }
    }

    private mutating func endLine() throws {
        if self.line.last == UInt8(ascii: "\r") { self.line.removeLast() }
        let line = String(decoding: self.line, as: UTF8.self)
        self.line.removeAll(keepingCapacity: true)
        switch self.state {
        case .head: try self.beginChunk(line)
        case .dataEnd:
            guard line.isEmpty else { throw PayloadError.malformedChunk("a chunk is longer than its size") }
            self.state = .head
        case .trailer:
            if line.isEmpty { try self.endTrailers() } else { try self.addTrailer(line) }
        case .data, .finished: throw PayloadError.malformedChunk("there is more behind its end")
        }
    }

    private mutating func beginChunk(_ line: String) throws {
        let parts = line.split(separator: ";", omittingEmptySubsequences: false)
        guard let digits = parts.first, (1...16).contains(digits.utf8.count), digits.allSatisfy(\.isHexDigit),
            let size = Int(digits, radix: 16)
        else { throw PayloadError.malformedChunk("a chunk begins with its size in hexadecimal") }
        guard size <= self.left else { throw PayloadError.incomplete }
        var signature: String?
        if self.isSigned {
            let mark = "chunk-signature="
            guard parts.count == 2, parts[1].hasPrefix(mark) else { throw PayloadError.signatureMismatch }
            signature = String(parts[1].dropFirst(mark.count))
        }
        self.left -= size
        self.chunkHash = SHA256()
        guard size == 0 else {
            self.state = .data(left: size, signature: signature)
            return
        }
        try self.verify(signature)
        self.state = .trailer
    }

    private mutating func endChunk(_ signature: String?) throws {
        try self.verify(signature)
        self.state = .dataEnd
    }

    private mutating func verify(_ signature: String?) throws {
        guard let signature, self.signatures != nil else { return }
        guard self.signatures?.verify(chunk: SignatureV4.hex(self.chunkHash.finalize()), signature: signature) == true
        else { throw PayloadError.signatureMismatch }
    }

    private mutating func addTrailer(_ line: String) throws {
        guard self.hasTrailer, let colon = line.firstIndex(of: ":") else { throw PayloadError.malformedTrailer }
        self.trailerSize += line.utf8.count
        guard self.trailerSize <= Self.maximumTrailer else { throw PayloadError.malformedTrailer }
        let name = line[..<colon].lowercased()
        let value = String(line[line.index(after: colon)...].drop { $0 == " " })
        if name == "x-amz-trailer-signature" {
            self.trailerSignature = value
        } else {
            self.trailers.append((name, value))
        }
    }

    private mutating func endTrailers() throws {
        if self.isSigned, self.hasTrailer, self.signatures != nil {
            let text = self.trailers.map { "\($0.name):\($0.value)\n" }.joined()
            guard let signature = self.trailerSignature,
                self.signatures?.verify(trailer: Array(text.utf8), signature: signature) == true
            else { throw PayloadError.signatureMismatch }
        }
        self.state = .finished
    }
}
