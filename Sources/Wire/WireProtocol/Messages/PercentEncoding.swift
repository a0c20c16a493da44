/// Percent-encoding of URIs and forms (RFC 3986, section 2; AWS keeps letters, digits and `-_.~`).
package enum PercentEncoding {
    private static let hexDigits = Array("0123456789ABCDEF".utf8)

    package static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    /// - Parameter keepingSlashes: for whole paths and greedy labels.
    package static func encode(_ text: some StringProtocol, keepingSlashes: Bool = false) -> String {
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            if self.isUnreserved(byte) || (keepingSlashes && byte == UInt8(ascii: "/")) {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "%"), self.hexDigits[Int(byte >> 4)], self.hexDigits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// A `%` that no two hex digits follow stands for itself; invalid UTF-8 is repaired.
    /// - Parameter plusIsSpace: for form bodies.
    package static func decode(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String {
        self.decode(Array(text.utf8)[...], plusIsSpace)
    }

    private static func decode(_ encoded: ArraySlice<UInt8>, _ plusIsSpace: Bool) -> String {
        guard encoded.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            return String(decoding: encoded, as: UTF8.self)
        }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(encoded.count)
        var bytes = encoded
        while let byte = bytes.popFirst() {
            if byte == UInt8(ascii: "%"), let high = bytes.first.flatMap(self.digit),
                let low = bytes.dropFirst().first.flatMap(self.digit)
            {
                decoded.append(high << 4 | low)
                bytes = bytes.dropFirst(2)
            } else {
                decoded.append(byte == UInt8(ascii: "+") && plusIsSpace ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The pairs of a query string or form body, decoded, in order. A name without `=` has an empty value.
    package static func pairs(_ text: some StringProtocol, plusIsSpace: Bool) -> [(name: String, value: String)] {
        Array(text.utf8).split(separator: UInt8(ascii: "&")).map { pair in
            let equals = pair.firstIndex(of: UInt8(ascii: "="))
            return (
                self.decode(pair[..<(equals ?? pair.endIndex)], plusIsSpace),
                equals.map { self.decode(pair[($0 + 1)...], plusIsSpace) } ?? ""
            )
        }
    }
}
