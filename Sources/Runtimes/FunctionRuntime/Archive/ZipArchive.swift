/// The directory of a zip archive and the bytes of its files: stored and deflated entries, unix modes, symbolic links. No
/// encryption, no ZIP64, no several disks (APPNOTE 6.3; Lambda takes at most 250 MB unzipped).
package struct ZipArchive: Sendable {
    package struct Entry: Equatable, Sendable {
        package enum Kind: Equatable, Sendable {
            case file
            case directory
            case symbolicLink
        }

        /// Relative, with `/` between its parts, without a trailing one.
        package let path: String
        package let kind: Kind
        /// Permission bits; `nil` where the archive was not made on a unix system.
        package let mode: UInt32?
        /// Bytes once unpacked, as declared; `contents` holds it to that.
        package let size: Int
        let compressedSize: Int
        let method: Int
        let checksum: UInt32
        let headerOffset: Int
    }

    /// Files, links and directories in the archive's order.
    package let entries: [Entry]
    let bytes: [UInt8]

    /// Bytes of all entries once unpacked.
    package var unpackedSize: Int { self.entries.reduce(0) { $0 + $1.size } }

    /// Reads the directory.
    /// - Throws: where the archive is broken, or an entry's path leads out of it.
    package init(_ bytes: [UInt8]) throws(ZipArchiveError) {
        self.bytes = bytes
        let reader = ZipReader(bytes: bytes)
        guard let end = reader.endOfDirectory() else { throw .notAnArchive }
        let count = try reader.number16(at: end + 10)
        let directory = try reader.number32(at: end + 16)
        var entries: [Entry] = []
        var offset = directory
        for _ in 0..<count {
            let (entry, length) = try Self.entry(at: offset, reader)
            entries.append(entry)
            offset += length
        }
        self.entries = entries
    }

    private static func entry(at offset: Int, _ reader: ZipReader) throws(ZipArchiveError) -> (Entry, length: Int) {
        guard try reader.number32(at: offset) == 0x0201_4B50 else { throw .broken("directory entry") }
        let madeBy = try reader.number16(at: offset + 4) >> 8
        let flags = try reader.number16(at: offset + 8)
        let nameLength = try reader.number16(at: offset + 28)
        let extraLength = try reader.number16(at: offset + 30)
        let commentLength = try reader.number16(at: offset + 32)
        let attributes = UInt32(try reader.number32(at: offset + 38))
        let name = String(decoding: try reader.slice(at: offset + 46, length: nameLength), as: UTF8.self)
        guard flags & 1 == 0 else { throw .unsupported("\(name) is encrypted") }
        let unixMode = madeBy == 3 ? attributes >> 16 : 0
        let kind: Entry.Kind =
            if unixMode & 0o170000 == 0o120000 { .symbolicLink } else if name.hasSuffix("/") { .directory } else {
                .file
            }
        let entry = Entry(
            path: try Self.checkedPath(name), kind: kind, mode: unixMode == 0 ? nil : unixMode & 0o777,
            size: try reader.number32(at: offset + 24), compressedSize: try reader.number32(at: offset + 20),
            method: try reader.number16(at: offset + 10), checksum: UInt32(try reader.number32(at: offset + 16)),
            headerOffset: try reader.number32(at: offset + 42))
        return (entry, 46 + nameLength + extraLength + commentLength)
    }

    /// The path in its plain form. An absolute one, one with `..` and an empty one are refused.
    private static func checkedPath(_ name: String) throws(ZipArchiveError) -> String {
        // Some archivers on Windows write their own separator.
        let parts = name.split(omittingEmptySubsequences: true) { $0 == "/" || $0 == "\\" }.filter { $0 != "." }
        guard !name.hasPrefix("/"), !name.hasPrefix("\\"), !name.utf8.contains(0), !parts.contains(".."), !parts.isEmpty
        else {
            throw .escapes(name)
        }
        return parts.joined(separator: "/")
    }
}

/// Why a zip archive was refused.
package enum ZipArchiveError: Error, Equatable, Sendable, CustomStringConvertible {
    case notAnArchive
    case broken(String)
    /// Valid, but made with a feature that is not read here.
    case unsupported(String)
    /// The path, or a link's target, leads out of the archive.
    case escapes(String)

    package var description: String {
        switch self {
        case .notAnArchive: "not a zip archive"
        case .broken(let part): "broken zip archive: \(part)"
        case .unsupported(let reason): "unsupported zip archive: \(reason)"
        case .escapes(let path): "\(path) leads out of the zip archive"
        }
    }
}
