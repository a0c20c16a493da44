/// Writes zip archives of stored entries, sound ones and broken ones.
struct ZipFixture {
    struct Entry {
        var name: String
        var contents: [UInt8] = []
        var unixMode: UInt32 = 0o100644
        var declaredSize: Int?
        var method = 0
        var flags = 0
    }

    var entries: [Entry]

    init(_ entries: [Entry]) { self.entries = entries }

    init(files: [String: String]) {
        self.entries = files.sorted { $0.key < $1.key }.map { Entry(name: $0.key, contents: Array($0.value.utf8)) }
    }

    var bytes: [UInt8] {
        var body: [UInt8] = []
        var directory: [UInt8] = []
        for entry in self.entries {
            let offset = body.count
            let name = Array(entry.name.utf8)
            let common =
                Self.two(entry.flags) + Self.two(entry.method) + Self.four(0)
                + Self.four(Int(Self.checksum(entry.contents)))
                + Self.four(entry.contents.count) + Self.four(entry.declaredSize ?? entry.contents.count)
                + Self.two(name.count)
                + Self.two(0)
            body += Self.four(0x0403_4B50) + Self.two(20) + common + name + entry.contents
            directory +=
                Self.four(0x0201_4B50) + Self.two(3 << 8 | 20) + Self.two(20) + common + Self.two(0) + Self.two(0)
            directory += Self.two(0) + Self.four(Int(entry.unixMode) << 16) + Self.four(offset) + name
        }
        let end =
            Self.four(0x0605_4B50) + Self.four(0) + Self.two(self.entries.count) + Self.two(self.entries.count)
            + Self.four(directory.count) + Self.four(body.count) + Self.two(0)
        return body + directory + end
    }

    private static func two(_ value: Int) -> [UInt8] { [UInt8(value & 255), UInt8(value >> 8 & 255)] }
    private static func four(_ value: Int) -> [UInt8] { self.two(value & 0xFFFF) + self.two(value >> 16 & 0xFFFF) }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { checksum, byte in
            (0..<8).reduce(checksum ^ UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
            }
        }
    }
}
