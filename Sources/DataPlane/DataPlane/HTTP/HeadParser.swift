internal import Glibc
internal import TrafficRouting

/// Finds the end of a head in bytes that arrive in pieces, looking at each byte once.
struct HeadScanner {
    private var scanned = 0
    private var lineStart = 0

    /// Nothing has been looked at.
    var isFresh: Bool { self.scanned == 0 }

    enum Outcome: Equatable {
        case incomplete
        /// The head ends after so many bytes, its empty line included.
        case complete(Int)
        /// A line feed without carriage return, or a head over its limit.
        case failed(HeadError)
    }

    /// The request line and all headers.
    static let maximumRequestHead = 80 << 10
    static let maximumTarget = 16 << 10
    static let maximumResponseHead = 32 << 10

    mutating func scan(_ base: UnsafePointer<UInt8>, _ count: Int, limit: Int) -> Outcome {
        // Perhaps the first half of an empty line before the request line, which the caller skips.
        if self.scanned == 0, count == 1, base[0] == 0x0D { return .incomplete }
        while self.scanned < count {
            guard let found = memchr(base + self.scanned, 0x0A, count - self.scanned) else {
                self.scanned = count
                break
            }
            let lineFeed = UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) - base
            self.scanned = lineFeed + 1
            guard lineFeed > 0, base[lineFeed - 1] == 0x0D else { return .failed(.malformed) }
            let isEmpty = lineFeed - 1 == self.lineStart
            if isEmpty, self.lineStart > 0 {
                return self.scanned > limit ? .failed(.malformed) : .complete(self.scanned)
            }
            if isEmpty { return .failed(.malformed) }
            self.lineStart = self.scanned
        }
        if self.lineStart == 0, count > Self.maximumTarget + 64 { return .failed(.targetTooLong) }
        return count > limit ? .failed(.malformed) : .incomplete
    }
}

/// A parsed request head, as offsets into the bytes that it came from.
struct RequestHead {
    private(set) var methodCount = 0
    private(set) var targetStart = 0
    private(set) var targetCount = 0
    private(set) var pathStart = 0
    private(set) var pathCount = 0
    private(set) var queryStart = 0
    private(set) var queryCount = 0
    /// Where an absolute target names the host; it overrides the Host header (RFC 9112, 3.2.2).
    private(set) var authority: (start: Int, count: Int)?
    private(set) var isHTTP10 = false
    private(set) var isHead = false
    private(set) var isIdempotent = false
    private(set) var isGet = false
    var headers = HeaderTable()

    var keepsAlive: Bool { self.isHTTP10 ? self.headers.keepsAlive && !self.headers.closes : !self.headers.closes }
    var wantsUpgrade: Bool { self.headers.connectionNamesUpgrade && self.headers.hasUpgrade && !self.isHTTP10 }

    var framing: BodyFraming {
        if self.headers.isChunked { return .chunked }
        return .length(self.headers.contentLength ?? 0)
    }

    /// Of the head of `count` bytes at `base`.
    ///
    /// - Parameter isStrict: whether to look for what is `acceptable`, too.
    func desyncTier(_ base: UnsafePointer<UInt8>, _ count: Int, isStrict: Bool) -> DesyncTier {
        if self.headers.hasSuspiciousName { return .ambiguous }
        let length = self.headers.contentLength
        if self.isGet || self.isHead, self.headers.isChunked || length ?? 0 > 0 { return .ambiguous }
        guard isStrict else { return .compliant }
        if self.isGet || self.isHead, length != nil { return .acceptable }
        return (0..<count).contains { base[$0] >= 0x80 } ? .acceptable : .compliant
    }

    /// Reads the head that ends (empty line included) at `end`.
    mutating func parse(_ base: UnsafePointer<UInt8>, _ end: Int) throws(HeadError) {
        self.headers.clear()
        self.authority = nil
        var position = 0
        while Bytes.isToken(base[position]) { position += 1 }
        self.methodCount = position
        guard position > 0, position <= 40, base[position] == 0x20 else { throw .malformed }
        self.targetStart = position + 1
        position = self.targetStart
        while base[position] > 0x20, base[position] != 0x7F { position += 1 }
        self.targetCount = position - self.targetStart
        guard self.targetCount > 0, base[position] == 0x20 else { throw .malformed }
        guard self.targetCount <= HeadScanner.maximumTarget else { throw .targetTooLong }
        let afterVersion = try self.parseVersion(base, position + 1)
        try self.noteMethod(base)
        try self.splitTarget(base)
        try self.headers.parse(base, from: afterVersion, to: end)
        if self.isHTTP10, self.headers.isChunked { throw .malformed }
        if !self.isHTTP10, self.headers.hostIndex == nil { throw .malformed }
    }

    private mutating func parseVersion(_ base: UnsafePointer<UInt8>, _ position: Int) throws(HeadError) -> Int {
        let prefix: StaticString = "HTTP/"
        for index in 0..<5 where base[position + index] != prefix.utf8Start[index] { throw .malformed }
        let (major, dot, minor) = (base[position + 5], base[position + 6], base[position + 7])
        guard major >= 0x30, major <= 0x39, dot == 0x2E, minor >= 0x30, minor <= 0x39, base[position + 8] == 0x0D,
            base[position + 9] == 0x0A
        else { throw .malformed }
        guard major == 0x31, minor <= 0x31 else { throw .unsupportedVersion }
        self.isHTTP10 = minor == 0x30
        return position + 10
    }

    private mutating func noteMethod(_ base: UnsafePointer<UInt8>) throws(HeadError) {
        func named(_ name: StaticString) -> Bool {
            self.methodCount == name.utf8CodeUnitCount && memcmp(base, name.utf8Start, self.methodCount) == 0
        }
        if named("GET") {
            (self.isGet, self.isHead, self.isIdempotent) = (true, false, true)
            return
        }
        self.isGet = false
        self.isHead = named("HEAD")
        self.isIdempotent = self.isHead || named("PUT") || named("DELETE") || named("OPTIONS")
        if named("TRACE") || named("CONNECT") { throw .methodNotAllowed }
    }

    private mutating func splitTarget(_ base: UnsafePointer<UInt8>) throws(HeadError) {
        let end = self.targetStart + self.targetCount
        var position = self.targetStart
        if base[position] != 0x2F, !(self.targetCount == 1 && base[position] == 0x2A) {
            // absolute-form: scheme://authority/path
            let https = self.targetCount > 8 && Bytes.equalIgnoringCase(base + position, 8, "https://")
            guard https || self.targetCount > 7 && Bytes.equalIgnoringCase(base + position, 7, "http://") else {
                throw .malformed
            }
            position += https ? 8 : 7
            let start = position
            while position < end, base[position] != 0x2F, base[position] != 0x3F { position += 1 }
            guard position > start else { throw .malformed }
            for index in start..<position where base[index] == 0x40 { throw .malformed }
            self.authority = (start, position - start)
        }
        self.pathStart = position
        while position < end, base[position] != 0x3F, base[position] != 0x23 { position += 1 }
        self.pathCount = position - self.pathStart
        self.queryStart = min(position + 1, end)
        self.queryCount = end - self.queryStart
        for index in self.pathStart..<end where base[index] == 0x23 { throw .malformed }
    }
}

/// A parsed response head.
struct ResponseHead {
    private(set) var status = 0
    /// The status code and reason phrase, as received.
    private(set) var statusStart = 0
    private(set) var statusCount = 0
    private(set) var isHTTP10 = false
    var headers = HeaderTable()

    /// Reads the head that ends (empty line included) at `end`. Any failure is a 502.
    mutating func parse(_ base: UnsafePointer<UInt8>, _ end: Int) throws(HeadError) {
        self.headers.clear()
        let prefix: StaticString = "HTTP/1."
        guard end >= 16 else { throw .malformed }
        for index in 0..<7 where base[index] != prefix.utf8Start[index] { throw .malformed }
        guard base[7] == 0x30 || base[7] == 0x31, base[8] == 0x20 else { throw .malformed }
        self.isHTTP10 = base[7] == 0x30
        var status = 0
        for index in 9..<12 {
            guard base[index] >= 0x30, base[index] <= 0x39 else { throw .malformed }
            status = status * 10 + Int(base[index] - 0x30)
        }
        guard status >= 100, base[12] == 0x20 || base[12] == 0x0D else { throw .malformed }
        self.status = status
        var lineEnd = 12
        while base[lineEnd] != 0x0D { lineEnd += 1 }
        guard base[lineEnd + 1] == 0x0A else { throw .malformed }
        self.statusStart = 9
        self.statusCount = lineEnd - 9
        try self.headers.parse(base, from: lineEnd + 2, to: end)
    }

    func framing(answeringHead isHead: Bool) -> BodyFraming {
        if isHead || self.status < 200 || self.status == 204 || self.status == 304 { return .length(0) }
        if self.headers.isChunked { return .chunked }
        if let length = self.headers.contentLength { return .length(length) }
        return .untilClose
    }

    var keepsAlive: Bool { self.isHTTP10 ? self.headers.keepsAlive : !self.headers.closes }
}
