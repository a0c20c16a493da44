/// Why bytes are not one CBOR data item, and where.
struct CBORSyntaxError: Error, Equatable, CustomStringConvertible {
    let reason: String
    /// Byte offset.
    let offset: Int

    var description: String { "\(self.reason) at byte \(self.offset)" }
}

extension CBORValue {
    /// How deep arrays, maps and tags may nest.
    static let maximumDepth = 128
    /// How many items one may hold in all: an item of one byte takes much more in memory.
    static let maximumItems = 1_000_000

    /// Reads one data item with nothing behind it; lengths may be indefinite.
    init(parsing bytes: [UInt8]) throws(CBORSyntaxError) {
        var parser = CBORParser(bytes: bytes)
        self = try parser.item(depth: 0)
        guard parser.isAtEnd else { throw parser.failure("unexpected bytes after the value") }
    }
}

private struct CBORParser {
    /// The first byte of an item: three bits of type, five of its argument.
    private struct Head {
        let major: UInt8
        let info: UInt8
        /// `nil` for an indefinite length.
        let argument: UInt64?
    }

    private let bytes: [UInt8]
    private var position = 0
    private var items = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { self.position == self.bytes.count }

    func failure(_ reason: String) -> CBORSyntaxError { CBORSyntaxError(reason: reason, offset: self.position) }

    mutating func item(depth: Int) throws(CBORSyntaxError) -> CBORValue {
        guard depth < CBORValue.maximumDepth else { throw self.failure("too deeply nested") }
        self.items += 1
        guard self.items <= CBORValue.maximumItems else { throw self.failure("too many items") }
        let head = try self.head()
        switch head.major {
        case 0: return .integer(try self.integer(head.argument))
        case 1: return .integer(-1 - (try self.integer(head.argument)))
        case 2: return .bytes(try self.content(head))
        case 3:
            guard let text = String(validating: try self.content(head), as: UTF8.self) else {
                throw self.failure("invalid UTF-8")
            }
            return .text(text)
        case 4: return .array(try self.array(head.argument, depth: depth))
        case 5: return .map(try self.map(head.argument, depth: depth))
        case 6:
            guard let tag = head.argument else { throw self.failure("a tag has no indefinite length") }
            return .tagged(tag, try self.item(depth: depth + 1))
        default: return try self.simple(head)
        }
    }

    private mutating func head() throws(CBORSyntaxError) -> Head {
        let byte = try self.take(1)
        let (major, info) = (UInt8(byte) >> 5, UInt8(byte) & 31)
        switch info {
        case 0..<24: return Head(major: major, info: info, argument: UInt64(info))
        case 24: return Head(major: major, info: info, argument: try self.take(1))
        case 25: return Head(major: major, info: info, argument: try self.take(2))
        case 26: return Head(major: major, info: info, argument: try self.take(4))
        case 27: return Head(major: major, info: info, argument: try self.take(8))
        case 31: return Head(major: major, info: info, argument: nil)
        default: throw self.failure("reserved length")
        }
    }

    /// A big-endian number of so many bytes.
    private mutating func take(_ count: Int) throws(CBORSyntaxError) -> UInt64 {
        guard self.bytes.count - self.position >= count else { throw self.failure("unexpected end") }
        var number: UInt64 = 0
        for byte in self.bytes[self.position..<self.position + count] { number = number << 8 | UInt64(byte) }
        self.position += count
        return number
    }

    private func integer(_ argument: UInt64?) throws(CBORSyntaxError) -> Int {
        guard let argument, let number = Int(exactly: argument) else { throw self.failure("integer out of range") }
        return number
    }

    /// Of a byte or text string, whose chunks are joined where its length is indefinite.
    private mutating func content(_ head: Head) throws(CBORSyntaxError) -> [UInt8] {
        if let argument = head.argument {
            guard let count = Int(exactly: argument), self.bytes.count - self.position >= count else {
                throw self.failure("unexpected end")
            }
            defer { self.position += count }
            return Array(self.bytes[self.position..<self.position + count])
        }
        var content: [UInt8] = []
        while try !self.takeBreak() {
            let chunk = try self.head()
            guard chunk.major == head.major, chunk.argument != nil else {
                throw self.failure("a chunk of another type")
            }
            content += try self.content(chunk)
        }
        return content
    }

    private mutating func takeBreak() throws(CBORSyntaxError) -> Bool {
        guard self.position < self.bytes.count else { throw self.failure("unexpected end") }
        guard self.bytes[self.position] == 0xFF else { return false }
        self.position += 1
        return true
    }

    /// Whether one more element follows. A definite count may be absurd: elements are read, never reserved.
    private mutating func hasNext(_ count: UInt64?, after read: Int) throws(CBORSyntaxError) -> Bool {
        if let count { return UInt64(read) < count }
        return try !self.takeBreak()
    }

    private mutating func array(_ count: UInt64?, depth: Int) throws(CBORSyntaxError) -> [CBORValue] {
        var elements: [CBORValue] = []
        while try self.hasNext(count, after: elements.count) { elements.append(try self.item(depth: depth + 1)) }
        return elements
    }

    private mutating func map(_ count: UInt64?, depth: Int) throws(CBORSyntaxError) -> [CBORValue.Entry] {
        var entries: [CBORValue.Entry] = []
        while try self.hasNext(count, after: entries.count) {
            guard case .text(let key) = try self.item(depth: depth + 1) else {
                throw self.failure("a key that is no text")
            }
            entries.append(CBORValue.Entry(key: key, value: try self.item(depth: depth + 1)))
        }
        return entries
    }

    private func simple(_ head: Head) throws(CBORSyntaxError) -> CBORValue {
        guard let argument = head.argument else { throw self.failure("unexpected break") }
        switch head.info {
        case 20: return .boolean(false)
        case 21: return .boolean(true)
        case 22, 23: return .null
        case 25: return .double(Double(Float16(bitPattern: UInt16(truncatingIfNeeded: argument))))
        case 26: return .double(Double(Float(bitPattern: UInt32(truncatingIfNeeded: argument))))
        case 27: return .double(Double(bitPattern: argument))
        default: throw self.failure("unknown simple value")
        }
    }
}
