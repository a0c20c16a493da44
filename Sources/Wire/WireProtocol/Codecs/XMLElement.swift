/// An XML element as it was read, without attributes: all that AWS's XML protocols need.
struct XMLElement: Equatable, Sendable {
    /// Without its namespace prefix.
    let name: String
    /// The text of an element without children.
    var text = ""
    var children: [XMLElement] = []

    init(_ name: String) { self.name = name }

    func child(_ name: String) -> XMLElement? { self.children.first { $0.name == name } }
}

extension XMLElement {
    /// Reads a document's root: elements, text, CDATA and the five entities; declarations, comments and attributes are
    /// skipped. `nil` where the text is not well-formed. Takes time in proportion to the length.
    init?(parsing bytes: [UInt8]) {
        var parser = XMLParser(bytes: bytes)
        guard let root = parser.document() else { return nil }
        self = root
    }
}

private struct XMLParser {
    private static let maximumDepth = 64

    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    private var current: UInt8? { self.position < self.bytes.count ? self.bytes[self.position] : nil }

    mutating func document() -> XMLElement? {
        self.skip(StaticString("\u{FEFF}"))
        while true {
            self.skipSpace()
            if self.begins("<!--") {
                guard self.skip(past: "-->") else { return nil }
            } else if self.begins("<?") || self.begins("<!") {
                guard self.skip(past: ">") else { return nil }
            } else {
                break
            }
        }
        guard self.current == UInt8(ascii: "<") else { return nil }
        return self.element(depth: 0)
    }

    private mutating func element(depth: Int) -> XMLElement? {
        guard depth < Self.maximumDepth else { return nil }
        self.position += 1
        let start = self.position
        while let byte = self.current, !Self.isSpace(byte), byte != UInt8(ascii: ">"), byte != UInt8(ascii: "/") {
            self.position += 1
        }
        let name = self.bytes[start..<self.position]
        guard !name.isEmpty, let isClosed = self.skipAttributes() else { return nil }
        let local = name.lastIndex(of: UInt8(ascii: ":")).map { name[($0 + 1)...] } ?? name
        var element = XMLElement(String(decoding: local, as: UTF8.self))
        return isClosed || self.content(of: &element, named: name, depth: depth) ? element : nil
    }

    /// Up to the end of a start tag.
    /// - Returns: whether the element ends with it; `nil` where it has no end.
    private mutating func skipAttributes() -> Bool? {
        var quote: UInt8?
        while let byte = self.current {
            self.position += 1
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: ">") {
                return self.bytes[self.position - 2] == UInt8(ascii: "/")
            }
        }
        return nil
    }

    private mutating func content(of element: inout XMLElement, named name: ArraySlice<UInt8>, depth: Int) -> Bool {
        var text: [UInt8] = []
        while let byte = self.current {
            if byte != UInt8(ascii: "<") {
                self.appendText(to: &text)
            } else if self.begins("</") {
                self.position += 2
                guard self.bytes[self.position...].starts(with: name) else { return false }
                self.position += name.count
                self.skipSpace()
                guard self.current == UInt8(ascii: ">") else { return false }
                self.position += 1
                if element.children.isEmpty { element.text = String(decoding: text, as: UTF8.self) }
                return true
            } else if self.begins("<![CDATA[") {
                self.position += 9
                let start = self.position
                guard self.skip(past: "]]>") else { return false }
                text += self.bytes[start..<(self.position - 3)]
            } else if self.begins("<!--") {
                guard self.skip(past: "-->") else { return false }
            } else {
                guard let child = self.element(depth: depth + 1) else { return false }
                element.children.append(child)
            }
        }
        return false
    }

    /// Up to the next tag. An entity that is not known stands for itself.
    private mutating func appendText(to text: inout [UInt8]) {
        while let byte = self.current, byte != UInt8(ascii: "<") {
            self.position += 1
            guard byte == UInt8(ascii: "&") else {
                text.append(byte)
                continue
            }
            // The longest is a character's number.
            let end = self.bytes[self.position...].prefix(12).firstIndex(of: UInt8(ascii: ";"))
            guard let end, let meaning = Self.entity(self.bytes[self.position..<end]) else {
                text.append(byte)
                continue
            }
            text += meaning
            self.position = end + 1
        }
    }

    private static func entity(_ name: ArraySlice<UInt8>) -> [UInt8]? {
        switch String(decoding: name, as: UTF8.self) {
        case "amp": return [UInt8(ascii: "&")]
        case "lt": return [UInt8(ascii: "<")]
        case "gt": return [UInt8(ascii: ">")]
        case "quot": return [UInt8(ascii: "\"")]
        case "apos": return [UInt8(ascii: "'")]
        case let other where other.hasPrefix("#"):
            let code = other.hasPrefix("#x") ? UInt32(other.dropFirst(2), radix: 16) : UInt32(other.dropFirst())
            return code.flatMap(Unicode.Scalar.init).map { Array(String(Character($0)).utf8) }
        default: return nil
        }
    }

    private func begins(_ mark: StaticString) -> Bool {
        mark.withUTF8Buffer { self.bytes[self.position...].starts(with: $0) }
    }

    private mutating func skip(_ mark: StaticString) {
        if self.begins(mark) { self.position += mark.utf8CodeUnitCount }
    }

    private mutating func skip(past mark: StaticString) -> Bool {
        while self.position < self.bytes.count {
            if self.begins(mark) {
                self.position += mark.utf8CodeUnitCount
                return true
            }
            self.position += 1
        }
        return false
    }

    private mutating func skipSpace() {
        while let byte = self.current, Self.isSpace(byte) { self.position += 1 }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
}
