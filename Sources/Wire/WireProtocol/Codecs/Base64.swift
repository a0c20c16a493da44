/// Base64 with padding (RFC 4648, section 4), as blobs travel in JSON and XML.
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")
    /// The six bits of each ASCII character; 255 for those that are none.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (index, character) in Self.alphabet.enumerated() { values[Int(character)] = UInt8(index) }
        return values
    }()

    package static func encode(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var buffer: UInt32 = 0
        var count = 0
        func append(_ characters: Int) {
            for index in 0..<4 {
                let shift = UInt32(18 - 6 * index)
                text.append(index < characters ? Self.alphabet[Int(buffer >> shift & 63)] : Self.padding)
            }
        }
        for byte in bytes {
            buffer = buffer << 8 | UInt32(byte)
            count += 1
            guard count == 3 else { continue }
            append(4)
            (buffer, count) = (0, 0)
        }
        if count > 0 {
            buffer <<= UInt32(8 * (3 - count))
            append(count + 1)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// `nil` where the text is not base64. Padding may be absent; line breaks are skipped.
    package static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 4 * 3)
        var buffer: UInt32 = 0
        var bits: UInt32 = 0
        var isPadded = false
        for character in text.utf8 where character != 0x0A && character != 0x0D {
            if character == Self.padding {
                isPadded = true
                continue
            }
            let value = Self.values[Int(character)]
            guard !isPadded, value != 255 else { return nil }
            buffer = buffer << 6 | UInt32(value)
            bits += 6
            guard bits >= 8 else { continue }
            bits -= 8
            bytes.append(UInt8(truncatingIfNeeded: buffer >> bits))
        }
        // One lone character carries no whole byte.
        return bits == 6 ? nil : bytes
    }
}
