package import Model

/// What a sticky cookie can name: a target, or a target group, in eight bytes. The same in every worker and process.
package struct StickySubject: Hashable, Sendable {
    package let number: UInt64

    package init(_ group: TargetGroupID) { self.number = Self.hash([group.arn]) }

    package init(_ target: TargetID, in group: TargetGroupID) {
        self.number = Self.hash([group.arn, target.id, String(target.port)])
    }

    init(number: UInt64) { self.number = number }

    /// FNV-1a. Nobody can choose what is hashed: a cookie's content is sealed.
    private static func hash(_ parts: [String]) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for part in parts {
            for byte in part.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
            hash = (hash ^ 0xFF) &* 0x0000_0100_0000_01B3
        }
        return hash
    }
}

/// A client's tie to a target or a target group, as its cookie holds it.
package struct StickyBinding: Equatable, Sendable {
    package let subject: StickySubject
    package let expires: Timestamp

    package init(_ subject: StickySubject, expires: Timestamp) {
        self.subject = subject
        self.expires = expires
    }

    /// The candidate that the client stays with. `nil`, so that the choice is free again: the time is over, or what it
    /// names is not among them (gone, draining, unhealthy while others are healthy, another group's).
    package func choice(among candidates: some Collection<StickySubject>, at now: Timestamp) -> Int? {
        guard now < self.expires else { return nil }
        var index = 0
        for candidate in candidates {
            if candidate == self.subject { return index }
            index += 1
        }
        return nil
    }

    package static let byteCount = 16

    package var bytes: [UInt8] {
        [self.subject.number, UInt64(bitPattern: self.expires.milliseconds)].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) }
        }
    }

    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        func word(_ part: some Sequence<UInt8>) -> UInt64 { part.reduce(0) { $0 << 8 | UInt64($1) } }
        self.init(
            StickySubject(number: word(bytes.prefix(8))),
            expires: Timestamp(milliseconds: Int64(bitPattern: word(bytes.dropFirst(8)))))
    }
}
