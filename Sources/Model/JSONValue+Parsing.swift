/// Why a text is not JSON (RFC 8259), and where.
package struct JSONSyntaxError: Error, Equatable, Sendable, CustomStringConvertible {
    package let reason: String
    /// Byte offset from the start of the text.
    package let offset: Int

    package var description: String { "\(self.reason) at byte \(self.offset)" }
}

extension JSONValue {
    /// How deep arrays and objects may nest before the text is refused.
    package static let maximumDepth = 256

    /// Reads one JSON text in UTF-8, with nothing but white space around it.
    package init(parsing bytes: some Sequence<UInt8>) throws(JSONSyntaxError) {
        var parser = JSONParser(bytes: Array(bytes))
        self = try parser.document()
    }

    package init(parsing text: String) throws(JSONSyntaxError) {
        try self.init(parsing: text.utf8)
    }
}

private struct JSONParser {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() throws(JSONSyntaxError) -> JSONValue {
        let value = try self.value(depth: 0)
        self.skipWhitespace()
        guard self.position == self.bytes.count else { throw self.failure("unexpected text after the value") }
        return value
    }

    private func failure(_ reason: String) -> JSONSyntaxError {
        JSONSyntaxError(reason: reason, offset: self.position)
    }

    private var current: UInt8? { self.position < self.bytes.count ? self.bytes[self.position] : nil }

    private mutating func skipWhitespace() {
        while let byte = self.current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            self.position += 1
        }
    }

    private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        guard depth < JSONValue.maximumDepth else { throw self.failure("too deeply nested") }
        self.skipWhitespace()
        switch self.current {
        case UInt8(ascii: "{"): return try self.object(depth: depth)
        case UInt8(ascii: "["): return try self.array(depth: depth)
        case UInt8(ascii: "\""): return .string(try self.string())
        case UInt8(ascii: "t"): return try self.literal("true", .bool(true))
        case UInt8(ascii: "f"): return try self.literal("false", .bool(false))
        case UInt8(ascii: "n"): return try self.literal("null", .null)
        case nil: throw self.failure("unexpected end")
        default: return try self.number()
        }
    }

    private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
        let matches = text.withUTF8Buffer { self.bytes[self.position...].starts(with: $0) }
        guard matches else { throw self.failure("unexpected character") }
        self.position += text.utf8CodeUnitCount
        return value
    }

    private mutating func object(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        self.position += 1
        var members: [JSONValue.Member] = []
        self.skipWhitespace()
        if self.current == UInt8(ascii: "}") {
            self.position += 1
            return .object(members)
        }
        while true {
            self.skipWhitespace()
            guard self.current == UInt8(ascii: "\"") else { throw self.failure("expected a member name") }
            let name = try self.string()
            self.skipWhitespace()
            guard self.current == UInt8(ascii: ":") else { throw self.failure("expected ':'") }
            self.position += 1
            members.append(JSONValue.Member(name, try self.value(depth: depth + 1)))
            self.skipWhitespace()
            switch self.current {
            case UInt8(ascii: ","): self.position += 1
            case UInt8(ascii: "}"):
                self.position += 1
                return .object(members)
            default: throw self.failure("expected ',' or '}'")
            }
        }
    }

    private mutating func array(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        self.position += 1
        var values: [JSONValue] = []
        self.skipWhitespace()
        if self.current == UInt8(ascii: "]") {
            self.position += 1
            return .array(values)
        }
        while true {
            values.append(try self.value(depth: depth + 1))
            self.skipWhitespace()
            switch self.current {
            case UInt8(ascii: ","): self.position += 1
            case UInt8(ascii: "]"):
                self.position += 1
                return .array(values)
            default: throw self.failure("expected ',' or ']'")
            }
        }
    }

    private mutating func number() throws(JSONSyntaxError) -> JSONValue {
        let start = self.position
        func isDigit(_ byte: UInt8?) -> Bool { byte.map { $0 >= 0x30 && $0 <= 0x39 } ?? false }
        if self.current == UInt8(ascii: "-") { self.position += 1 }
        guard isDigit(self.current) else { throw self.failure("unexpected character") }
        let leadingZero = self.current == UInt8(ascii: "0")
        self.position += 1
        if leadingZero, isDigit(self.current) { throw self.failure("a number may not begin with 0") }
        while isDigit(self.current) { self.position += 1 }
        var isInteger = true
        if self.current == UInt8(ascii: ".") {
            isInteger = false
            self.position += 1
            guard isDigit(self.current) else { throw self.failure("expected a digit") }
            while isDigit(self.current) { self.position += 1 }
        }
        if self.current == UInt8(ascii: "e") || self.current == UInt8(ascii: "E") {
            isInteger = false
            self.position += 1
            if self.current == UInt8(ascii: "+") || self.current == UInt8(ascii: "-") { self.position += 1 }
            guard isDigit(self.current) else { throw self.failure("expected a digit") }
            while isDigit(self.current) { self.position += 1 }
        }
        let text = String(decoding: self.bytes[start..<self.position], as: UTF8.self)
        if isInteger, let integer = Int64(text) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else { throw self.failure("number out of range") }
        return .number(number)
    }

    private mutating func string() throws(JSONSyntaxError) -> String {
        self.position += 1
        let start = self.position
        while let byte = self.current {
            switch byte {
            case UInt8(ascii: "\""):
                let text = String(validating: self.bytes[start..<self.position], as: UTF8.self)
                guard let text else { throw self.failure("invalid UTF-8") }
                self.position += 1
                return text
            case UInt8(ascii: "\\"): return try self.escapedString(prefix: start)
            case 0..<0x20: throw self.failure("control character in a string")
            default: self.position += 1
            }
        }
        throw self.failure("unterminated string")
    }

    /// The slow path: from the first backslash on, characters are copied one by one.
    private mutating func escapedString(prefix start: Int) throws(JSONSyntaxError) -> String {
        var copy = Array(self.bytes[start..<self.position])
        while let byte = self.current {
            self.position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: copy, as: UTF8.self) else { throw self.failure("invalid UTF-8") }
                return text
            case UInt8(ascii: "\\"): try self.appendEscape(to: &copy)
            case 0..<0x20: throw self.failure("control character in a string")
            default: copy.append(byte)
            }
        }
        throw self.failure("unterminated string")
    }

    private mutating func appendEscape(to copy: inout [UInt8]) throws(JSONSyntaxError) {
        guard let escape = self.current else { throw self.failure("unterminated string") }
        self.position += 1
        switch escape {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): copy.append(escape)
        case UInt8(ascii: "b"): copy.append(0x08)
        case UInt8(ascii: "f"): copy.append(0x0C)
        case UInt8(ascii: "n"): copy.append(0x0A)
        case UInt8(ascii: "r"): copy.append(0x0D)
        case UInt8(ascii: "t"): copy.append(0x09)
        case UInt8(ascii: "u"):
            var code = try self.hexCode()
            if (0xD800..<0xDC00).contains(code), self.bytes[self.position...].starts(with: [0x5C, 0x75]) {
                self.position += 2
                let low = try self.hexCode()
                guard (0xDC00..<0xE000).contains(low) else { throw self.failure("unpaired surrogate") }
                code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
            }
            // A lone surrogate has no UTF-8 form; U+FFFD stands in for it, as in other readers.
            let scalar = Unicode.Scalar(code) ?? "\u{FFFD}"
            copy.append(contentsOf: Array(String(Character(scalar)).utf8))
        default: throw self.failure("unknown escape")
        }
    }

    private mutating func hexCode() throws(JSONSyntaxError) -> UInt32 {
        guard self.position + 4 <= self.bytes.count else { throw self.failure("unterminated string") }
        var code: UInt32 = 0
        for byte in self.bytes[self.position..<self.position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw self.failure("expected four hex digits")
            }
            code = code << 4 | UInt32(digit)
        }
        self.position += 4
        return code
    }
}
