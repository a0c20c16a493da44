/// Cuts one stream of output into lines. A line longer than `limit` is passed on in pieces, so that memory stays bounded.
struct LineSplitter {
    static let limit = 32768

    private var rest: [UInt8] = []

    /// Calls `line` for each line that `bytes` completes, without its end.
    mutating func append(_ bytes: [UInt8], line: (ArraySlice<UInt8>) -> Void) {
        var start = bytes.startIndex
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            self.emit(bytes[start..<end], line: line)
            start = end + 1
        }
        self.rest += bytes[start...]
        while self.rest.count >= Self.limit {
            line(self.rest.prefix(Self.limit))
            self.rest.removeFirst(Self.limit)
        }
    }

    /// The stream has ended: what is left is a line too.
    mutating func finish(line: (ArraySlice<UInt8>) -> Void) {
        if !self.rest.isEmpty { line(self.rest[...]) }
        self.rest = []
    }

    private mutating func emit(_ end: ArraySlice<UInt8>, line: (ArraySlice<UInt8>) -> Void) {
        if self.rest.isEmpty, end.count <= Self.limit {
            line(end)
            return
        }
        self.rest += end
        var left = self.rest[...]
        while left.count > Self.limit {
            line(left.prefix(Self.limit))
            left = left.dropFirst(Self.limit)
        }
        line(left)
        self.rest = []
    }
}
