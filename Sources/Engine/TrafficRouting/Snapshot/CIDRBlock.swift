/// An address block of a `source-ip` condition. IPv4 addresses are held in their IPv4-mapped IPv6 form, so that one
/// comparison serves both families.
package struct CIDRBlock: Equatable, Sendable, Codable {
    private let network: IPAddress
    /// In bits of the 128-bit form.
    private let prefixLength: Int

    /// Reads `192.0.2.0/24` or `2001:db8::/32`; `nil` for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let network = IPAddress(String(parts[0])), let length = Int(parts[1]), length >= 0,
            length <= (network.isIPv4 ? 32 : 128)
        else { return nil }
        self.network = network
        self.prefixLength = network.isIPv4 ? length + 96 : length
    }

    package func contains(_ address: IPAddress) -> Bool {
        let (highMask, lowMask) = (Self.mask(min(self.prefixLength, 64)), Self.mask(max(self.prefixLength - 64, 0)))
        return (address.high ^ self.network.high) & highMask == 0 && (address.low ^ self.network.low) & lowMask == 0
    }

    private static func mask(_ bits: Int) -> UInt64 { bits == 0 ? 0 : UInt64.max << UInt64(64 - bits) }
}

/// A numeric IP address of either family, in 128 bits.
package struct IPAddress: Hashable, Sendable, Codable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// From the four bytes of an IPv4 address, first byte highest.
    package init(ipv4 bits: UInt32) { self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(bits)) }

    /// Whether this is an IPv4 address (in its mapped form).
    package var isIPv4: Bool { self.high == 0 && self.low >> 32 == 0xFFFF }

    /// Reads `192.0.2.1`, `2001:db8::1` or `::ffff:192.0.2.1`; `nil` for anything else.
    package init?(_ text: String) {
        if let bits = Self.ipv4(Substring(text)) {
            self.init(ipv4: bits)
            return
        }
        guard let groups = Self.ipv6Groups(text) else { return nil }
        var (high, low): (UInt64, UInt64) = (0, 0)
        for (index, group) in groups.enumerated() {
            if index < 4 { high = (high << 16) | UInt64(group) } else { low = (low << 16) | UInt64(group) }
        }
        self.init(high: high, low: low)
    }

    private static func ipv4(_ text: Substring) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            guard !part.isEmpty, part.count <= 3, part.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let byte = UInt8(part)
            else { return nil }
            bits = (bits << 8) | UInt32(byte)
        }
        return bits
    }

    /// Eight groups, with `::` filled in.
    private static func ipv6Groups(_ text: String) -> [UInt16]? {
        guard let gap = text.firstIndexOfDoubleColon else {
            guard let groups = Self.groups(Substring(text)), groups.count == 8 else { return nil }
            return groups
        }
        let (head, tail) = (text[..<gap], text[text.index(gap, offsetBy: 2)...])
        guard tail.firstIndexOfDoubleColon == nil,
            let front = head.isEmpty ? [] : Self.groups(head), let back = tail.isEmpty ? [] : Self.groups(tail),
            front.count + back.count < 8
        else { return nil }
        return front + Array(repeating: 0, count: 8 - front.count - back.count) + back
    }

    private static func groups(_ text: Substring) -> [UInt16]? {
        var groups: [UInt16] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, let bits = Self.ipv4(part) {
                groups += [UInt16(bits >> 16), UInt16(bits & 0xFFFF)]
                continue
            }
            guard (1...4).contains(part.count), part.allSatisfy(\.isHexDigit), let group = UInt16(part, radix: 16)
            else {
                return nil
            }
            groups.append(group)
        }
        return groups
    }
}

extension StringProtocol {
    fileprivate var firstIndexOfDoubleColon: Index? {
        self.indices.first { self[$0] == ":" && self[self.index(after: $0)...].first == ":" }
    }
}

extension IPAddress: CustomStringConvertible {
    /// Dotted for IPv4; eight hexadecimal groups, the longest run of zeros cut out, for IPv6 (RFC 5952).
    package var description: String {
        if self.isIPv4 {
            return [24, 16, 8, 0].map { String((self.low >> $0) & 0xFF) }.joined(separator: ".")
        }
        let groups = [self.high, self.low].flatMap { half in [48, 32, 16, 0].map { UInt16((half >> $0) & 0xFFFF) } }
        var longest = 0..<0
        var start = 0
        while start < groups.count {
            let end = groups[start...].firstIndex { $0 != 0 } ?? groups.count
            if end - start > max(longest.count, 1) { longest = start..<end }
            start = max(end, start + 1)
        }
        func text(_ groups: ArraySlice<UInt16>) -> String {
            groups.map { String($0, radix: 16) }.joined(separator: ":")
        }
        guard !longest.isEmpty else { return text(groups[...]) }
        return text(groups[..<longest.lowerBound]) + "::" + text(groups[longest.upperBound...])
    }
}
