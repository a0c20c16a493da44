/// Borrowed bytes of a request head, with bounds-checked reads. Valid only while the buffer that it was taken from is
/// neither refilled nor returned: never keep one beyond the handling of the request.
package struct ByteView {
    private let base: UnsafePointer<UInt8>?
    package let count: Int

    package static var empty: ByteView { ByteView(base: nil, count: 0) }

    package init(base: UnsafePointer<UInt8>?, count: Int) {
        self.base = base
        self.count = base == nil ? 0 : count
    }

    package var isEmpty: Bool { self.count == 0 }

    package subscript(index: Int) -> UInt8 {
        guard let base = self.base, index >= 0, index < self.count else {
            preconditionFailure("index \(index) outside a view of \(self.count) bytes")
        }
        return base[index]
    }

    package func slice(_ range: Range<Int>) -> ByteView {
        precondition(range.lowerBound >= 0 && range.upperBound <= self.count, "slice outside the view")
        return ByteView(base: self.base.map { $0 + range.lowerBound }, count: range.count)
    }

    package func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
        var index = start
        while index < self.count {
            if self[index] == byte { return index }
            index += 1
        }
        return nil
    }

    package func equals(_ text: [UInt8]) -> Bool {
        guard self.count == text.count else { return false }
        for index in 0..<self.count where self[index] != text[index] { return false }
        return true
    }

    /// `lowered` is in lower case already.
    package func equalsIgnoringCase(_ lowered: [UInt8]) -> Bool {
        guard self.count == lowered.count else { return false }
        for index in 0..<self.count where ASCII.lowered(self[index]) != lowered[index] { return false }
        return true
    }

    package var text: String {
        String(decoding: UnsafeBufferPointer(start: self.base, count: self.count), as: UTF8.self)
    }

    /// Lends the bytes of a string for the time of `body`.
    package static func with<Result>(_ text: String, _ body: (ByteView) throws -> Result) rethrows -> Result {
        let bytes = Array(text.utf8)
        return try bytes.withUnsafeBufferPointer { try body(ByteView(base: $0.baseAddress, count: $0.count)) }
    }
}

package enum ASCII {
    package static func lowered(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

    package static func lowered(_ text: String) -> [UInt8] { text.utf8.map(self.lowered) }
}
