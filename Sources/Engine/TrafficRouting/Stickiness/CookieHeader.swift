/// Reading of `Cookie` and `Set-Cookie` values (RFC 6265, 4.1 and 4.2). Names are case-sensitive.
package enum CookieHeader {
    /// The value of the first cookie of this name in a `Cookie` header.
    package static func value(of name: [UInt8], in header: ByteView) -> ByteView? {
        var start = 0
        while start < header.count {
            let end = header.firstIndex(of: UInt8(ascii: ";"), from: start) ?? header.count
            let pair = Self.trimmed(header.slice(start..<end))
            if let value = Self.value(of: name, inPair: pair) { return value }
            start = end + 1
        }
        return nil
    }

    /// Whether a `Set-Cookie` header sets the cookie of this name.
    package static func sets(_ name: [UInt8], in header: ByteView) -> Bool {
        Self.value(of: name, inPair: Self.trimmed(header)) != nil
    }

    private static func value(of name: [UInt8], inPair pair: ByteView) -> ByteView? {
        guard pair.count > name.count, pair[name.count] == UInt8(ascii: "="), pair.slice(0..<name.count).equals(name)
        else { return nil }
        return pair.slice(name.count + 1..<pair.count)
    }

    private static func trimmed(_ view: ByteView) -> ByteView {
        var (first, last) = (0, view.count)
        while first < last, view[first] == 0x20 || view[first] == 0x09 { first += 1 }
        while last > first, view[last - 1] == 0x20 || view[last - 1] == 0x09 { last -= 1 }
        return view.slice(first..<last)
    }
}
