internal import Synchronization

/// Bytes that come in pieces and are never held whole: the body of a request or of a reply. One consumer asks for one piece
/// after the other. Two sources are equal only where they are the same.
package final class ByteSource: Sendable, Equatable {
    /// In bytes, where it is known beforehand.
    package let length: Int?
    private let pull: @Sendable () async throws -> [UInt8]?

    /// - Parameter pull: the next piece, never an empty one; `nil` at the end.
    package init(length: Int?, pull: @escaping @Sendable () async throws -> [UInt8]?) {
        self.length = length
        self.pull = pull
    }

    /// Bytes that are there whole.
    package convenience init(_ bytes: [UInt8]) {
        let whole = Mutex<[UInt8]?>(bytes.isEmpty ? nil : bytes)
        self.init(length: bytes.count) {
            whole.withLock { bytes in
                defer { bytes = nil }
                return bytes
            }
        }
    }

    package func next() async throws -> [UInt8]? { try await self.pull() }

    /// All of it.
    /// - Throws: `ByteSourceTooLong` where it is longer than `limit`.
    package func collect(upTo limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let piece = try await self.next() {
            guard bytes.count + piece.count <= limit else { throw ByteSourceTooLong(limit: limit) }
            bytes += piece
        }
        return bytes
    }

    package static func == (left: ByteSource, right: ByteSource) -> Bool { left === right }
}

package struct ByteSourceTooLong: Error, Equatable, Sendable {
    /// In bytes.
    package let limit: Int
}
