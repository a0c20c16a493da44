/// Terms that a message contains, case-sensitively: all plain ones, none behind `-`, and one of those behind `?`.
package struct TermPattern: Equatable, Sendable {
    enum Term: Equatable, Sendable {
        case text(String)
        case expression(FilterExpression)

        func isIn(_ message: String) -> Bool {
            switch self {
            case .text(let text): message.containsBytes(of: text)
            case .expression(let expression): expression.isFound(in: message)
            }
        }
    }

    private var required: [Term] = []
    private var excluded: [Term] = []
    private var alternatives: [Term] = []

    var isEmpty: Bool { self.required.isEmpty && self.excluded.isEmpty && self.alternatives.isEmpty }

    init(_ text: String) throws(FilterPatternError) {
        var rest = Substring(text)
        while true {
            rest = rest.drop(while: \.isWhitespace)
            guard let first = rest.first else { break }
            let sign: Character? = first == "?" || first == "-" ? first : nil
            if sign != nil { rest = rest.dropFirst() }
            guard let term = try Self.term(&rest) else { continue }
            switch sign {
            case "?": self.alternatives.append(term)
            case "-": self.excluded.append(term)
            default: self.required.append(term)
            }
        }
        // Beside other terms, the optional ones say nothing.
        if !self.required.isEmpty || !self.excluded.isEmpty { self.alternatives = [] }
    }

    func matches(_ message: String) -> Bool {
        self.required.allSatisfy { $0.isIn(message) } && !self.excluded.contains { $0.isIn(message) }
            && (self.alternatives.isEmpty || self.alternatives.contains { $0.isIn(message) })
    }

    /// `nil` for an empty term.
    private static func term(_ rest: inout Substring) throws(FilterPatternError) -> Term? {
        switch rest.first {
        case "\"":
            let text = try rest.quoted()
            return text.trimmed.isEmpty ? nil : .text(text)
        case "%":
            return .expression(try FilterExpression(&rest))
        default:
            let word = rest.prefix { !$0.isWhitespace }
            rest = rest.dropFirst(word.count)
            guard
                word.unicodeScalars.allSatisfy({
                    $0.properties.isAlphabetic || ("0"..."9").contains($0) || "_-.:/@#*".unicodeScalars.contains($0)
                })
            else {
                throw FilterPatternError(reason: "Invalid character(s) in term '\(word)'")
            }
            return word.isEmpty ? nil : .text(String(word))
        }
    }
}

extension String {
    /// Whether the UTF-8 text of `part` stands anywhere in this text.
    func containsBytes(of part: String) -> Bool {
        let needle = Array(part.utf8)
        guard let first = needle.first else { return true }
        let hay = Array(self.utf8)
        guard hay.count >= needle.count else { return false }
        return (0...(hay.count - needle.count)).contains {
            hay[$0] == first && hay[$0..<($0 + needle.count)].elementsEqual(needle)
        }
    }
}

extension Substring {
    /// Reads a text between two of the quotation marks that it begins with; a backslash escapes.
    mutating func quoted() throws(FilterPatternError) -> String {
        let mark = self.popFirst()
        var text = ""
        while let character = self.first {
            self = self.dropFirst()
            switch character {
            case mark: return text
            case "\\":
                guard let escaped = self.first else { throw FilterPatternError(reason: "Unclosed quotation mark") }
                self = self.dropFirst()
                text.append(escaped)
            default: text.append(character)
            }
        }
        throw FilterPatternError(reason: "Unclosed quotation mark")
    }
}
