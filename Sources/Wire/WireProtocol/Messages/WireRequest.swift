/// One HTTP request: what a codec writes as a client and reads as a server.
package struct WireRequest: Sendable, Equatable {
    package var method: String
    /// Path and query as they stand on the request line, still percent-encoded.
    package var target: String
    package var headers: HeaderList
    package var body: [UInt8]
    /// Where the body is not held whole: its bytes as they come in, in place of `body`.
    package var stream: ByteSource?

    package init(method: String, target: String, headers: HeaderList = HeaderList(), body: [UInt8] = []) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
    }

    /// The target before its `?`, still percent-encoded.
    package var path: Substring {
        self.target[..<(self.target.utf8.firstIndex(of: UInt8(ascii: "?")) ?? self.target.endIndex)]
    }

    /// The target behind its `?`, still percent-encoded; empty where there is none.
    package var query: Substring {
        guard let mark = self.target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return "" }
        return self.target[self.target.utf8.index(after: mark)...]
    }
}

/// One HTTP reply.
package struct WireResponse: Sendable, Equatable {
    package var status: Int
    package var headers: HeaderList
    package var body: [UInt8]
    /// Where the body is not held whole: its bytes, of known length, in place of `body`.
    package var stream: ByteSource?

    package init(status: Int, headers: HeaderList = HeaderList(), body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// Header fields in the order of the wire; names compare without case (RFC 9110, section 5.1).
package struct HeaderList: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    package struct Field: Sendable, Equatable {
        package let name: String
        package let value: String
    }

    package private(set) var fields: [Field] = []

    package init() {}

    package init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { self.append(name, value) }
    }

    package mutating func append(_ name: String, _ value: String) {
        self.fields.append(Field(name: name, value: value))
    }

    /// The first field of that name.
    package subscript(name: String) -> String? {
        self.fields.first { Self.areSame($0.name, name) }?.value
    }

    /// Every field of that name, in order.
    package func all(_ name: String) -> [String] {
        self.fields.filter { Self.areSame($0.name, name) }.map(\.value)
    }

    /// Field names are ASCII (RFC 9110, section 5.1).
    private static func areSame(_ left: String, _ right: String) -> Bool {
        guard left.utf8.count == right.utf8.count else { return false }
        return zip(left.utf8, right.utf8).allSatisfy { $0 == $1 || self.lowered($0) == self.lowered($1) }
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
