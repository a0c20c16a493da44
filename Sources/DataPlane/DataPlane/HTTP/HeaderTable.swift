internal import Glibc

/// The headers that the proxy acts on.
enum KnownHeader {
    case other
    case host
    case connection
    case contentLength
    case transferEncoding
    case expect
    case upgrade
    /// Keep-Alive, Proxy-Connection, TE, Trailer, Proxy-Authenticate, Proxy-Authorization: never forwarded.
    case hopByHop
    case forwardedFor
    case forwardedProto
    case forwardedPort
    case traceID

    /// `name` in lower case.
    private static let names: [(name: StaticString, header: KnownHeader)] = [
        ("host", .host), ("connection", .connection), ("content-length", .contentLength),
        ("transfer-encoding", .transferEncoding), ("expect", .expect), ("upgrade", .upgrade), ("te", .hopByHop),
        ("trailer", .hopByHop), ("keep-alive", .hopByHop), ("proxy-connection", .hopByHop),
        ("proxy-authenticate", .hopByHop), ("proxy-authorization", .hopByHop), ("x-forwarded-for", .forwardedFor),
        ("x-forwarded-proto", .forwardedProto), ("x-forwarded-port", .forwardedPort), ("x-amzn-trace-id", .traceID),
    ]

    static func find(_ name: UnsafePointer<UInt8>, _ count: Int) -> KnownHeader {
        // No known name has another length, and most headers have one of those that are not listed.
        switch count {
        case 2, 4, 6, 7, 10, 14, 15, 16, 17, 18, 19: break
        default: return .other
        }
        for known in Self.names where known.name.utf8CodeUnitCount == count {
            if Bytes.equalIgnoringCase(name, known.name.utf8Start, count) { return known.header }
        }
        return .other
    }
}

/// Comparisons and classes of bytes in raw memory.
enum Bytes {
    static func lowered(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

    static func isLetter(_ byte: UInt8) -> Bool { Self.lowered(byte) &- 0x61 < 26 }

    /// `lowered` is in lower case already.
    static func equalIgnoringCase(_ bytes: UnsafePointer<UInt8>, _ lowered: UnsafePointer<UInt8>, _ count: Int) -> Bool
    {
        for index in 0..<count where Self.lowered(bytes[index]) != lowered[index] { return false }
        return true
    }

    static func equalIgnoringCase(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ lowered: StaticString) -> Bool {
        count == lowered.utf8CodeUnitCount && Self.equalIgnoringCase(bytes, lowered.utf8Start, count)
    }

    /// A character of a method or header name (RFC 9110, `tchar`).
    static func isToken(_ byte: UInt8) -> Bool {
        // One bit a character: `!#$%&'*+-.0-9`, then `A-Z^_`a-z|~`.
        let set: UInt64 = byte & 0x40 == 0 ? 0x03FF_6CFA_0000_0000 : 0x57FF_FFFF_C7FF_FFFE
        return byte < 0x80 && set >> UInt64(byte & 0x3F) & 1 == 1
    }

    /// Whether a header value may hold these bytes: no control character but the tab (RFC 9110, 5.5).
    static func isFieldValue(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        var position = 0
        let raw = UnsafeRawPointer(bytes)
        while position + 8 <= count {
            let word = raw.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            // The high bit of a byte is set where it is under 0x20, or is 0x7F; some byte above it may be marked with it.
            let controls = (word &- 0x2020_2020_2020_2020) & ~word
            let deletes = ((word ^ 0x7F7F_7F7F_7F7F_7F7F) &- 0x0101_0101_0101_0101) & ~(word ^ 0x7F7F_7F7F_7F7F_7F7F)
            if (controls | deletes) & 0x8080_8080_8080_8080 != 0 {
                for offset in position..<position + 8 where Self.isControl(bytes[offset]) { return false }
            }
            position += 8
        }
        for offset in position..<count where Self.isControl(bytes[offset]) { return false }
        return true
    }

    private static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 && byte != 0x09 || byte == 0x7F }

    /// Calls `body` with each comma-separated, trimmed, non-empty element until it answers `true`; tells whether it did.
    static func anyElement(
        _ bytes: UnsafePointer<UInt8>, _ count: Int, _ body: (UnsafePointer<UInt8>, Int) -> Bool
    ) -> Bool {
        var start = 0
        while start < count {
            var end = start
            while end < count, bytes[end] != 0x2C { end += 1 }
            var (first, last) = (start, end)
            while first < last, bytes[first] == 0x20 || bytes[first] == 0x09 { first += 1 }
            while last > first, bytes[last - 1] == 0x20 || bytes[last - 1] == 0x09 { last -= 1 }
            if last > first, body(bytes + first, last - first) { return true }
            start = end + 1
        }
        return false
    }
}

/// A header as offsets into the head that it was parsed from.
struct HeaderSlice {
    var nameStart: Int
    var nameCount: Int
    var valueStart: Int
    var valueCount: Int
    var header: KnownHeader
    /// Named in a Connection header, so meant for this hop only.
    var isListedInConnection = false
}

/// Why a head is refused.
enum HeadError: Error, Equatable {
    /// 400.
    case malformed
    /// 414.
    case targetTooLong
    /// 505.
    case unsupportedVersion
    /// 501.
    case unsupportedTransferEncoding
    /// 405: TRACE and CONNECT.
    case methodNotAllowed

    var status: Int {
        switch self {
        case .malformed: 400
        case .targetTooLong: 414
        case .unsupportedVersion: 505
        case .unsupportedTransferEncoding: 501
        case .methodNotAllowed: 405
        }
    }
}

/// The header lines of a head and what they say about framing and the connection. Reused from head to head, so that a
/// request allocates nothing.
struct HeaderTable {
    private(set) var slices: [HeaderSlice] = []
    private(set) var contentLength: Int?
    private(set) var isChunked = false
    private(set) var hostIndex: Int?
    private(set) var closes = false
    private(set) var keepsAlive = false
    private(set) var expectsContinue = false
    private(set) var connectionNamesUpgrade = false
    private(set) var hasUpgrade = false
    private(set) var forwardedAddresses = 0
    /// A name that some servers would read as Content-Length or Transfer-Encoding: `Content_Length`.
    private(set) var hasSuspiciousName = false

    static let maximumHeaderLength = 16 << 10
    private static let maximumHeaders = 256

    mutating func clear() {
        self.slices.removeAll(keepingCapacity: true)
        self.contentLength = nil
        self.isChunked = false
        self.hostIndex = nil
        (self.closes, self.keepsAlive, self.expectsContinue) = (false, false, false)
        (self.connectionNamesUpgrade, self.hasUpgrade) = (false, false)
        self.forwardedAddresses = 0
        self.hasSuspiciousName = false
    }

    /// Reads header lines from `position` to the empty line that ends at `end`. Every line ends with CR LF: whoever
    /// calls has checked that no line feed stands alone.
    mutating func parse(_ base: UnsafePointer<UInt8>, from position: Int, to end: Int) throws(HeadError) {
        var position = position
        while position < end - 2 {
            guard let found = memchr(base + position, 0x0D, end - position) else { throw .malformed }
            let lineEnd = UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) - base
            guard base[lineEnd + 1] == 0x0A else { throw .malformed }
            guard lineEnd - position <= Self.maximumHeaderLength, self.slices.count < Self.maximumHeaders else {
                throw .malformed
            }
            // A name, at once followed by the colon: no folding, no space before the colon.
            var colon = position
            while colon < lineEnd, Bytes.isToken(base[colon]) { colon += 1 }
            guard colon > position, colon < lineEnd, base[colon] == 0x3A else { throw .malformed }
            var (first, last) = (colon + 1, lineEnd)
            while first < last, base[first] == 0x20 || base[first] == 0x09 { first += 1 }
            while last > first, base[last - 1] == 0x20 || base[last - 1] == 0x09 { last -= 1 }
            guard Bytes.isFieldValue(base + first, last - first) else { throw .malformed }
            let slice = HeaderSlice(
                nameStart: position, nameCount: colon - position, valueStart: first, valueCount: last - first,
                header: KnownHeader.find(base + position, colon - position))
            try self.note(slice, base)
            self.slices.append(slice)
            position = lineEnd + 2
        }
        if self.contentLength != nil, self.isChunked { throw .malformed }
        self.markListed(base)
    }

    private mutating func note(_ slice: HeaderSlice, _ base: UnsafePointer<UInt8>) throws(HeadError) {
        let (value, count) = (base + slice.valueStart, slice.valueCount)
        switch slice.header {
        case .contentLength:
            // One only, digits only: two lengths, even equal ones, are how requests are smuggled.
            guard self.contentLength == nil, count > 0, count <= 18 else { throw .malformed }
            var length = 0
            for index in 0..<count {
                guard value[index] >= 0x30, value[index] <= 0x39 else { throw .malformed }
                length = length * 10 + Int(value[index] - 0x30)
            }
            self.contentLength = length
        case .transferEncoding:
            guard !self.isChunked else { throw .malformed }
            guard Bytes.equalIgnoringCase(value, count, "chunked") else { throw .unsupportedTransferEncoding }
            self.isChunked = true
        case .host:
            guard self.hostIndex == nil else { throw .malformed }
            self.hostIndex = self.slices.count
        case .connection:
            _ = Bytes.anyElement(value, count) { element, length in
                if Bytes.equalIgnoringCase(element, length, "close") { self.closes = true }
                if Bytes.equalIgnoringCase(element, length, "keep-alive") { self.keepsAlive = true }
                if Bytes.equalIgnoringCase(element, length, "upgrade") { self.connectionNamesUpgrade = true }
                return false
            }
        case .expect:
            if Bytes.equalIgnoringCase(value, count, "100-continue") { self.expectsContinue = true }
        case .upgrade: self.hasUpgrade = true
        case .forwardedFor:
            _ = Bytes.anyElement(value, count) { _, _ in
                self.forwardedAddresses += 1
                return false
            }
        case .other:
            if Self.isSuspicious(base + slice.nameStart, slice.nameCount) { self.hasSuspiciousName = true }
        case .hopByHop, .forwardedProto, .forwardedPort, .traceID: break
        }
    }

    /// Whether nothing but the characters between the letters keeps a name from being one that frames the message.
    private static func isSuspicious(_ name: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        guard count >= 13, count <= 24 else { return false }
        var position = 0
        while position < count, !Bytes.isLetter(name[position]) { position += 1 }
        guard position < count else { return false }
        let wanted: StaticString
        switch Bytes.lowered(name[position]) {
        case 0x63: wanted = "contentlength"
        case 0x74: wanted = "transferencoding"
        default: return false
        }
        var matched = 0
        while position < count {
            if Bytes.isLetter(name[position]) {
                guard matched < wanted.utf8CodeUnitCount, Bytes.lowered(name[position]) == wanted.utf8Start[matched]
                else { return false }
                matched += 1
            }
            position += 1
        }
        return matched == wanted.utf8CodeUnitCount
    }

    /// Marks the headers that a Connection header names. Those that frame the message cannot be named away.
    private mutating func markListed(_ base: UnsafePointer<UInt8>) {
        for connection in self.slices where connection.header == .connection {
            for index in self.slices.indices where self.slices[index].header == .other {
                let slice = self.slices[index]
                let isListed = Bytes.anyElement(base + connection.valueStart, connection.valueCount) {
                    element, length in
                    guard length == slice.nameCount else { return false }
                    for offset in 0..<length
                    where Bytes.lowered(element[offset]) != Bytes.lowered(base[slice.nameStart + offset]) {
                        return false
                    }
                    return true
                }
                if isListed { self.slices[index].isListedInConnection = true }
            }
        }
    }
}
