internal import CInflate

extension ZipArchive {
    /// The unpacked bytes of an entry.
    /// - Throws: where they are not what the directory declares.
    package func contents(of entry: Entry) throws(ZipArchiveError) -> [UInt8] {
        let reader = ZipReader(bytes: self.bytes)
        guard try reader.number32(at: entry.headerOffset) == 0x0403_4B50 else { throw .broken(entry.path) }
        // The local header repeats name and extra field, whose lengths may differ from the directory's.
        let start =
            try entry.headerOffset + 30 + reader.number16(at: entry.headerOffset + 26)
            + reader.number16(at: entry.headerOffset + 28)
        let packed = try reader.slice(at: start, length: entry.compressedSize)
        let unpacked: [UInt8]
        switch entry.method {
        case 0:
            guard packed.count == entry.size else { throw .broken(entry.path) }
            unpacked = Array(packed)
        case 8:
            guard let inflated = Self.inflated(packed, size: entry.size) else { throw .broken(entry.path) }
            unpacked = inflated
        default:
            throw .unsupported("\(entry.path) is compressed with method \(entry.method)")
        }
        guard Self.checksum(unpacked) == entry.checksum else { throw .broken(entry.path) }
        return unpacked
    }

    private static func inflated(_ packed: ArraySlice<UInt8>, size: Int) -> [UInt8]? {
        // Deflate never shrinks more than 1032 to 1: a larger claim would only reserve memory.
        guard size <= packed.count * 1032 + 64 else { return nil }
        var isWhole = false
        let bytes = [UInt8](unsafeUninitializedCapacity: max(size, 1)) { output, count in
            packed.withUnsafeBufferPointer { input in
                isWhole = teal_inflate(input.baseAddress, input.count, output.baseAddress, size) == 0
            }
            count = isWhole ? size : 0
        }
        return isWhole ? bytes : nil
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBufferPointer { teal_crc32($0.baseAddress, $0.count) }
    }
}

/// Little-endian numbers of an archive, each read within its bounds.
struct ZipReader {
    let bytes: [UInt8]

    /// Offset of the end record: the last one, because a comment may follow it.
    func endOfDirectory() -> Int? {
        guard self.bytes.count >= 22 else { return nil }
        let last = self.bytes.count - 22
        let first = max(0, last - 0xFFFF)
        return (first...last).reversed().first { offset in
            self.bytes[offset] == 0x50 && self.bytes[offset + 1] == 0x4B && self.bytes[offset + 2] == 5
                && self.bytes[offset + 3] == 6
        }
    }

    func slice(at offset: Int, length: Int) throws(ZipArchiveError) -> ArraySlice<UInt8> {
        guard offset >= 0, length >= 0, offset <= self.bytes.count - length else { throw .broken("cut short") }
        return self.bytes[offset..<(offset + length)]
    }

    func number16(at offset: Int) throws(ZipArchiveError) -> Int {
        let slice = try self.slice(at: offset, length: 2)
        return Int(slice[slice.startIndex]) | Int(slice[slice.startIndex + 1]) << 8
    }

    func number32(at offset: Int) throws(ZipArchiveError) -> Int {
        try self.number16(at: offset) | self.number16(at: offset + 2) << 16
    }
}
