internal import Crypto

/// A checksum of a body, as S3's clients send and ask for it.
package struct Checksum: Equatable, Sendable {
    package enum Algorithm: String, CaseIterable, Sendable {
        case crc32 = "CRC32"
        case crc32c = "CRC32C"
        case crc64nvme = "CRC64NVME"
        case sha1 = "SHA1"
        case sha256 = "SHA256"

        /// Of the value: `x-amz-checksum-crc32`.
        package var header: String { "x-amz-checksum-" + self.rawValue.lowercased() }

        /// In bytes.
        package var size: Int {
            switch self {
            case .crc32, .crc32c: 4
            case .crc64nvme: 8
            case .sha1: 20
            case .sha256: 32
            }
        }

        /// `nil` where checksums of parts cannot be put together.
        private var polynomial: CyclicRedundancyCheck.Polynomial? {
            switch self {
            case .crc32: .crc32
            case .crc32c: .crc32c
            case .crc64nvme: .crc64nvme
            case .sha1, .sha256: nil
            }
        }

        /// The checksum of a whole from those of its parts in order; `nil` where the algorithm does not allow that.
        /// - Parameter parts: each with its length in bytes.
        package func combined(_ parts: [(value: [UInt8], length: Int)]) -> [UInt8]? {
            guard let polynomial = self.polynomial, let first = parts.first else { return nil }
            return parts.dropFirst().reduce(first.value) {
                CyclicRedundancyCheck.combined($0, $1.value, length: $1.length, polynomial)
            }
        }
    }

    package let algorithm: Algorithm
    package let value: [UInt8]

    package init(algorithm: Algorithm, value: [UInt8]) {
        self.algorithm = algorithm
        self.value = value
    }

    /// `nil` where the text is no base64 of the algorithm's size.
    package init?(_ algorithm: Algorithm, base64 text: String) {
        guard let value = Base64.decode(text), value.count == algorithm.size else { return nil }
        self.init(algorithm: algorithm, value: value)
    }

    package var base64: String { Base64.encode(self.value) }

    /// Of bytes that are there whole.
    package static func of(_ bytes: [UInt8], _ algorithm: Algorithm) -> Checksum {
        var running = RunningChecksum(algorithm)
        running.update(bytes)
        return running.checksum
    }
}

/// A checksum of bytes that come in pieces.
package struct RunningChecksum: Sendable {
    private enum State: Sendable {
        case redundancy(CyclicRedundancyCheck)
        case sha1(Insecure.SHA1)
        case sha256(SHA256)
    }

    private let algorithm: Checksum.Algorithm
    private var state: State

    package init(_ algorithm: Checksum.Algorithm) {
        self.algorithm = algorithm
        switch algorithm {
        case .crc32: self.state = .redundancy(CyclicRedundancyCheck(.crc32))
        case .crc32c: self.state = .redundancy(CyclicRedundancyCheck(.crc32c))
        case .crc64nvme: self.state = .redundancy(CyclicRedundancyCheck(.crc64nvme))
        case .sha1: self.state = .sha1(Insecure.SHA1())
        case .sha256: self.state = .sha256(SHA256())
        }
    }

    package mutating func update(_ bytes: [UInt8]) {
        switch self.state {
        case .redundancy(var check):
            check.update(bytes)
            self.state = .redundancy(check)
        case .sha1(var hash):
            hash.update(data: bytes)
            self.state = .sha1(hash)
        case .sha256(var hash):
            hash.update(data: bytes)
            self.state = .sha256(hash)
        }
    }

    package var checksum: Checksum {
        let value: [UInt8] =
            switch self.state {
            case .redundancy(let check): check.value
            case .sha1(let hash): Array(hash.finalize())
            case .sha256(let hash): Array(hash.finalize())
            }
        return Checksum(algorithm: self.algorithm, value: value)
    }
}
