/// An XML element as it was read, without attributes: all that AWS's XML protocols need.
struct XMLElement: Equatable, Sendable {
    let name: String
    /// The text of an element without children.
    var text = ""
    var children: [XMLElement] = []

    init(_ name: String) { self.name = name }

    func child(_ name: String) -> XMLElement? { self.children.first { $0.name == name } }
}

extension XMLElement {
    /// Reads a document's root: elements, text, CDATA and the five entities; declarations, comments and attributes are
    /// skipped. `nil` where the text is not well-formed.
    init?(parsing bytes: [UInt8]) {
        var parser = XMLParser(rest: Substring(String(decoding: bytes, as: UTF8.self)))
        guard let root = parser.document() else { return nil }
        self = root
    }
}

private struct XMLParser {
    var rest: Substring

    mutating func document() -> XMLElement? {
        self.skipMisc()
        guard self.rest.first == "<" else { return nil }
        return self.element(depth: 0)
    }

    private mutating func skipMisc() {
        while true {
            self.rest = self.rest.drop { $0.isWhitespace }
            if self.rest.hasPrefix("<?") || self.rest.hasPrefix("<!") {
                guard self.skip(past: self.rest.hasPrefix("<!--") ? "-->" : ">") else { return }
            } else {
                return
            }
        }
    }

    private mutating func skip(past mark: String) -> Bool {
        var candidate = self.rest
        while !candidate.isEmpty, !candidate.hasPrefix(mark) { candidate = candidate.dropFirst() }
        guard !candidate.isEmpty else { return false }
        self.rest = candidate.dropFirst(mark.count)
        return true
    }

    private mutating func element(depth: Int) -> XMLElement? {
        guard depth < 64 else { return nil }
        self.rest = self.rest.dropFirst()
        let name = self.rest.prefix { !$0.isWhitespace && $0 != ">" && $0 != "/" }
        guard !name.isEmpty else { return nil }
        self.rest = self.rest.dropFirst(name.count)
        let attributes = self.rest.prefix { $0 != ">" }
        self.rest = self.rest.dropFirst(attributes.count)
        guard self.rest.first == ">" else { return nil }
        self.rest = self.rest.dropFirst()
        var element = XMLElement(String(name))
        if attributes.last == "/" { return element }
        while true {
            if self.rest.hasPrefix("</") {
                self.rest = self.rest.dropFirst(2)
                guard self.rest.hasPrefix(name) else { return nil }
                guard self.skip(past: ">") else { return nil }
                if !element.children.isEmpty { element.text = "" }
                return element
            } else if self.rest.hasPrefix("<![CDATA[") {
                self.rest = self.rest.dropFirst(9)
                let start = self.rest
                guard self.skip(past: "]]>") else { return nil }
                element.text += start.prefix(start.count - self.rest.count - 3)
            } else if self.rest.hasPrefix("<!--") {
                guard self.skip(past: "-->") else { return nil }
            } else if self.rest.first == "<" {
                guard let child = self.element(depth: depth + 1) else { return nil }
                element.children.append(child)
            } else {
                let text = self.rest.prefix { $0 != "<" }
                guard text.count < self.rest.count else { return nil }
                self.rest = self.rest.dropFirst(text.count)
                element.text += Self.unescaped(text)
            }
        }
    }

    private static func unescaped(_ text: Substring) -> String {
        guard text.contains("&") else { return String(text) }
        var result = ""
        var rest = text
        while let ampersand = rest.firstIndex(of: "&") {
            result += rest[..<ampersand]
            rest = rest[rest.index(after: ampersand)...]
            guard let end = rest.firstIndex(of: ";") else { return result + "&" + rest }
            let name = rest[..<end]
            rest = rest[rest.index(after: end)...]
            switch name {
            case "amp": result += "&"
            case "lt": result += "<"
            case "gt": result += ">"
            case "quot": result += "\""
            case "apos": result += "'"
            default:
                let code = name.hasPrefix("#x") ? UInt32(name.dropFirst(2), radix: 16) : UInt32(name.dropFirst())
                result += code.flatMap(Unicode.Scalar.init).map { String(Character($0)) } ?? "&\(name);"
            }
        }
        return result + rest
    }
}
