/// A pattern of a listener rule: `*` stands for any run of characters, `?` for exactly one, and a backslash takes the
/// meaning from either (ELBv2, rule condition types).
package struct WildcardPattern {
    private enum Element: Equatable {
        case byte(UInt8)
        case anyByte
        case anyRun
    }

    private let elements: [Element]
    private let ignoresCase: Bool

    package init(_ text: String, ignoringCase: Bool) {
        var elements: [Element] = []
        var bytes = text.utf8.makeIterator()
        while let byte = bytes.next() {
            switch byte {
            case UInt8(ascii: "*"): elements.append(.anyRun)
            case UInt8(ascii: "?"): elements.append(.anyByte)
            case UInt8(ascii: "\\"):
                // A backslash escapes a wildcard and stands for itself before anything else.
                guard let next = bytes.next() else {
                    elements.append(.byte(byte))
                    continue
                }
                let isWildcard = next == UInt8(ascii: "*") || next == UInt8(ascii: "?")
                if !isWildcard { elements.append(.byte(byte)) }
                elements.append(.byte(ignoringCase ? ASCII.lowered(next) : next))
            default: elements.append(.byte(ignoringCase ? ASCII.lowered(byte) : byte))
            }
        }
        self.elements = elements
        self.ignoresCase = ignoringCase
    }

    /// Linear but for the last `*`, to which it goes back: at most pattern times text, whatever a client sends.
    package func matches(_ text: ByteView) -> Bool {
        var (position, element) = (0, 0)
        var retry: (position: Int, element: Int)?
        while position < text.count {
            if element < self.elements.count {
                switch self.elements[element] {
                case .anyRun:
                    retry = (position, element + 1)
                    element += 1
                    continue
                case .anyByte:
                    position += 1
                    element += 1
                    continue
                case .byte(let expected):
                    let byte = self.ignoresCase ? ASCII.lowered(text[position]) : text[position]
                    if byte == expected {
                        position += 1
                        element += 1
                        continue
                    }
                }
            }
            guard let last = retry else { return false }
            retry = (last.position + 1, last.element)
            (position, element) = (last.position + 1, last.element)
        }
        return self.elements[element...].allSatisfy { $0 == .anyRun }
    }
}
