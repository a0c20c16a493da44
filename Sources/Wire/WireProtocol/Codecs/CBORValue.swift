/// A CBOR data item (RFC 8949), as far as AWS's protocol uses it. Maps keep their order; only text is a key.
indirect enum CBORValue: Equatable, Sendable {
    case integer(Int)
    case bytes([UInt8])
    case text(String)
    case array([CBORValue])
    case map([Entry])
    case tagged(UInt64, CBORValue)
    case boolean(Bool)
    /// Also `undefined`.
    case null
    case double(Double)

    struct Entry: Equatable, Sendable {
        let key: String
        let value: CBORValue
    }

    subscript(key: String) -> CBORValue? {
        guard case .map(let entries) = self else { return nil }
        return entries.last { $0.key == key }?.value
    }
}

extension CBORValue {
    /// Lengths and integers in their shortest form, doubles always in eight bytes.
    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        self.append(to: &bytes)
        return bytes
    }

    private func append(to bytes: inout [UInt8]) {
        switch self {
        case .integer(let number):
            number >= 0
                ? Self.appendHead(0, UInt64(number), to: &bytes) : Self.appendHead(1, UInt64(-(number + 1)), to: &bytes)
        case .bytes(let content):
            Self.appendHead(2, UInt64(content.count), to: &bytes)
            bytes += content
        case .text(let text):
            Self.appendHead(3, UInt64(text.utf8.count), to: &bytes)
            bytes += Array(text.utf8)
        case .array(let elements):
            Self.appendHead(4, UInt64(elements.count), to: &bytes)
            for element in elements { element.append(to: &bytes) }
        case .map(let entries):
            Self.appendHead(5, UInt64(entries.count), to: &bytes)
            for entry in entries {
                CBORValue.text(entry.key).append(to: &bytes)
                entry.value.append(to: &bytes)
            }
        case .tagged(let tag, let value):
            Self.appendHead(6, tag, to: &bytes)
            value.append(to: &bytes)
        case .boolean(let flag): bytes.append(flag ? 0xF5 : 0xF4)
        case .null: bytes.append(0xF6)
        case .double(let number):
            bytes.append(0xFB)
            Self.appendBigEndian(number.bitPattern, count: 8, to: &bytes)
        }
    }

    private static func appendHead(_ major: UInt8, _ argument: UInt64, to bytes: inout [UInt8]) {
        let type = major << 5
        switch argument {
        case 0..<24: bytes.append(type | UInt8(argument))
        case 24..<0x100: bytes += [type | 24, UInt8(argument)]
        case 0x100..<0x1_0000:
            bytes.append(type | 25)
            self.appendBigEndian(argument, count: 2, to: &bytes)
        case 0x1_0000..<0x1_0000_0000:
            bytes.append(type | 26)
            self.appendBigEndian(argument, count: 4, to: &bytes)
        default:
            bytes.append(type | 27)
            self.appendBigEndian(argument, count: 8, to: &bytes)
        }
    }

    private static func appendBigEndian(_ number: UInt64, count: Int, to bytes: inout [UInt8]) {
        for index in (0..<count).reversed() { bytes.append(UInt8(truncatingIfNeeded: number >> (UInt64(index) * 8))) }
    }
}
