/// A reflected CRC of 32 or 64 bits that begins and ends inverted: the three that S3 knows. Reads eight bytes a step.
struct CyclicRedundancyCheck: Sendable {
    /// What a polynomial makes of each byte, and of each byte with up to seven zero bytes behind it.
    struct Polynomial: Sendable {
        let reflected: UInt64
        let width: Int
        fileprivate let tables: [UInt64]

        init(reflected: UInt64, width: Int) {
            self.reflected = reflected
            self.width = width
            var tables = [UInt64](repeating: 0, count: 8 * 256)
            for byte in 0..<256 {
                var remainder = UInt64(byte)
                for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ reflected : remainder >> 1 }
                tables[byte] = remainder
            }
            for index in 256..<tables.count {
                let before = tables[index - 256]
                tables[index] = before >> 8 ^ tables[Int(before & 255)]
            }
            self.tables = tables
        }

        fileprivate var mask: UInt64 { UInt64.max >> UInt64(64 - self.width) }

        static let crc32 = Polynomial(reflected: 0xEDB8_8320, width: 32)
        static let crc32c = Polynomial(reflected: 0x82F6_3B78, width: 32)
        static let crc64nvme = Polynomial(reflected: 0x9A6C_9329_AC4B_C9B5, width: 64)
    }

    private let polynomial: Polynomial
    private var remainder: UInt64

    init(_ polynomial: Polynomial) {
        self.polynomial = polynomial
        self.remainder = polynomial.mask
    }

    mutating func update(_ bytes: [UInt8]) {
        self.remainder = bytes.withUnsafeBytes { bytes in
            self.polynomial.tables.withUnsafeBufferPointer { tables in
                var remainder = self.remainder
                var index = 0
                while index + 8 <= bytes.count {
                    let word =
                        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)) ^ remainder
                    let low =
                        tables[1792 + Int(word & 255)] ^ tables[1536 + Int(word >> 8 & 255)]
                        ^ tables[1280 + Int(word >> 16 & 255)] ^ tables[1024 + Int(word >> 24 & 255)]
                    let high =
                        tables[768 + Int(word >> 32 & 255)] ^ tables[512 + Int(word >> 40 & 255)]
                        ^ tables[256 + Int(word >> 48 & 255)] ^ tables[Int(word >> 56)]
                    remainder = low ^ high
                    index += 8
                }
                while index < bytes.count {
                    remainder = remainder >> 8 ^ tables[Int((remainder ^ UInt64(bytes[index])) & 255)]
                    index += 1
                }
                return remainder
            }
        }
    }

    /// Most significant byte first.
    var value: [UInt8] { Self.bytes(self.remainder ^ self.polynomial.mask, width: self.polynomial.width) }

    private static func bytes(_ value: UInt64, width: Int) -> [UInt8] {
        stride(from: width - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> UInt64($0)) }
    }

    /// The value of two texts one after the other, from the values of both.
    /// - Parameter length: of the second, in bytes.
    static func combined(_ first: [UInt8], _ second: [UInt8], length: Int, _ polynomial: Polynomial) -> [UInt8] {
        let number = { (bytes: [UInt8]) in bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        // What one zero bit makes of a remainder, as a matrix over bits; squared, it is two zero bits, and so on.
        var matrix = (0..<polynomial.width).map { $0 == 0 ? polynomial.reflected : UInt64(1) << UInt64($0 - 1) }
        for _ in 0..<3 { matrix = Self.squared(matrix) }
        var shifted = number(first)
        var left = length
        while left > 0 {
            if left & 1 == 1 { shifted = Self.product(matrix, shifted) }
            matrix = Self.squared(matrix)
            left >>= 1
        }
        return Self.bytes(shifted ^ number(second), width: polynomial.width)
    }

    private static func product(_ matrix: [UInt64], _ vector: UInt64) -> UInt64 {
        var sum: UInt64 = 0
        for (bit, column) in matrix.enumerated() where vector >> UInt64(bit) & 1 == 1 { sum ^= column }
        return sum
    }

    private static func squared(_ matrix: [UInt64]) -> [UInt64] { matrix.map { Self.product(matrix, $0) } }
}
