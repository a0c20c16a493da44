/// Writes the smallest zip that a function needs: stored entries with unix modes (APPNOTE 6.3.9, sections 4.3.7 to 4.3.16).
struct ZipArchive {
    private var body: [UInt8] = []
    private var directory: [UInt8] = []
    private var count: UInt16 = 0

    /// - Parameter mode: unix permission bits, such as 0o755 for an executable.
    mutating func add(_ name: String, _ content: [UInt8], mode: UInt16) {
        let offset = UInt32(self.body.count)
        var common: [UInt8] = []
        // Version 2.0, no flags, stored, 1980-01-01 00:00.
        for field: UInt16 in [20, 0, 0, 0, 0x21] { common.append(littleEndian: field) }
        common.append(littleEndian: Self.crc32(content))
        common.append(littleEndian: UInt32(content.count))
        common.append(littleEndian: UInt32(content.count))
        common.append(littleEndian: UInt16(name.utf8.count))
        common.append(littleEndian: UInt16(0))
        self.body.append(littleEndian: UInt32(0x0403_4B50))
        self.body += common + Array(name.utf8) + content
        self.directory.append(littleEndian: UInt32(0x0201_4B50))
        // Made by unix (3), so that the upper half of the attributes is the mode.
        self.directory.append(littleEndian: UInt16(3 << 8 | 20))
        self.directory += common
        for field: UInt16 in [0, 0, 0] { self.directory.append(littleEndian: field) }
        self.directory.append(littleEndian: UInt32(0o100000 | UInt32(mode)) << 16)
        self.directory.append(littleEndian: offset)
        self.directory += Array(name.utf8)
        self.count += 1
    }

    var bytes: [UInt8] {
        var archive = self.body + self.directory
        archive.append(littleEndian: UInt32(0x0605_4B50))
        for field: UInt16 in [0, 0, self.count, self.count] { archive.append(littleEndian: field) }
        archive.append(littleEndian: UInt32(self.directory.count))
        archive.append(littleEndian: UInt32(self.body.count))
        archive.append(littleEndian: UInt16(0))
        return archive
    }

    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var remainder: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            remainder ^= UInt32(byte)
            for _ in 0..<8 { remainder = remainder & 1 == 1 ? (remainder >> 1) ^ 0xEDB8_8320 : remainder >> 1 }
        }
        return ~remainder
    }
}

extension [UInt8] {
    fileprivate mutating func append(littleEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { self.append(contentsOf: $0) }
    }
}
