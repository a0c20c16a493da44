/// A tar archive (ustar) of one executable file.
enum TarArchive {
    static func containing(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) {
            header.replaceSubrange(offset..<(offset + text.utf8.count), with: text.utf8)
        }
        put(name, at: 0)
        put("0000755", at: 100)
        put("0000000", at: 108)
        put("0000000", at: 116)
        put(self.octal(bytes.count), at: 124)
        put(self.octal(0), at: 136)
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar\u{0}00", at: 257)
        let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
        put(String(repeating: "0", count: 6 - sum.count) + sum + "\u{0} ", at: 148)
        let padding = [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512 + 1024)
        return header + bytes + padding
    }

    private static func octal(_ number: Int) -> String {
        let digits = String(number, radix: 8)
        return String(repeating: "0", count: 11 - digits.count) + digits
    }
}
