/// An XML document as it is written, in UTF-8.
struct XMLText {
    private var bytes: [UInt8] = []

    /// With the declaration.
    static func document(_ root: String, namespace: String? = nil, _ content: (inout XMLText) -> Void) -> [UInt8] {
        var text = XMLText()
        text.bytes.reserveCapacity(2048)
        text.bytes.append(contentsOf: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".utf8)
        text.element(root, namespace: namespace, content)
        return text.bytes
    }

    /// An element around others; `<Name/>` where there is none.
    mutating func element(_ name: String, namespace: String? = nil, _ content: (inout XMLText) -> Void) {
        self.bytes.append(UInt8(ascii: "<"))
        self.bytes.append(contentsOf: name.utf8)
        if let namespace {
            self.bytes.append(contentsOf: " xmlns=\"".utf8)
            self.bytes.append(contentsOf: namespace.utf8)
            self.bytes.append(UInt8(ascii: "\""))
        }
        self.bytes.append(UInt8(ascii: ">"))
        let start = self.bytes.count
        content(&self)
        if self.bytes.count == start {
            self.bytes.removeLast()
            self.bytes.append(contentsOf: "/>".utf8)
        } else {
            self.bytes.append(contentsOf: "</".utf8)
            self.bytes.append(contentsOf: name.utf8)
            self.bytes.append(UInt8(ascii: ">"))
        }
    }

    /// An element around text.
    mutating func element(_ name: String, _ text: String) {
        self.element(name) { $0.append(text) }
    }

    /// Text of the element that is open.
    mutating func text(_ text: String) { self.append(text) }

    private mutating func append(_ text: String) {
        guard text.utf8.contains(where: Self.isEscaped) else {
            self.bytes.append(contentsOf: text.utf8)
            return
        }
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): self.bytes.append(contentsOf: "&amp;".utf8)
            case UInt8(ascii: "<"): self.bytes.append(contentsOf: "&lt;".utf8)
            case UInt8(ascii: ">"): self.bytes.append(contentsOf: "&gt;".utf8)
            case UInt8(ascii: "\""): self.bytes.append(contentsOf: "&quot;".utf8)
            case 0x0D: self.bytes.append(contentsOf: "&#xD;".utf8)
            // XML 1.0 has no form for other control characters; a space keeps the document readable.
            case 0..<0x09, 0x0B, 0x0C, 0x0E..<0x20: self.bytes.append(UInt8(ascii: " "))
            default: self.bytes.append(byte)
            }
        }
    }

    private static func isEscaped(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""): true
        case 0x09, 0x0A: false
        default: byte < 0x20
        }
    }
}
