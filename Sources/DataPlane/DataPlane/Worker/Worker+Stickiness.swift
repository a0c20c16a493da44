internal import Model
internal import TrafficRouting

extension Worker {
    private static let cookieNames = Dictionary(
        uniqueKeysWithValues: StickyCookie.allCases.map { ($0, Array($0.rawValue.utf8)) })

    /// Where the request whose head has been parsed from `base` goes: to the group and target that its cookies bind it
    /// to, else by weight and turn. `nil`: to nobody; without a target: the chosen group has none. Never to the sibling of a group that was chosen and has no target,
    /// be it by weight or by cookie (elbv2 guide, weighted target groups).
    func choose(_ forward: ForwardRoute, _ base: UnsafePointer<UInt8>) -> (group: GroupRoute, target: TargetRoute?)? {
        guard let group = self.boundGroup(forward, base) ?? forward.choose() else { return nil }
        return (group, self.boundTarget(group, forward, base) ?? group.choose())
    }

    private func boundGroup(_ forward: ForwardRoute, _ base: UnsafePointer<UInt8>) -> GroupRoute? {
        guard forward.action.stickiness != nil else { return nil }
        return self.binding(.targetGroup, base).flatMap { forward.choose($0, at: self.wallNow) }
    }

    private func boundTarget(
        _ group: GroupRoute, _ forward: ForwardRoute, _ base: UnsafePointer<UInt8>
    ) -> TargetRoute? {
        switch group.stickiness {
        case nil: return nil
        case .loadBalancerCookie:
            return self.binding(.target, base).flatMap { group.choose($0, at: self.wallNow) }
        case .applicationCookie(let name, _):
            guard !forward.sharesOut, self.requestCookie(Array(name.utf8), base) != nil else { return nil }
            return self.binding(.applicationTarget, base).flatMap { group.choose($0, at: self.wallNow) }
        }
    }

    private func binding(_ cookie: StickyCookie, _ base: UnsafePointer<UInt8>) -> StickyBinding? {
        Self.cookieNames[cookie].flatMap { self.requestCookie($0, base) }.flatMap { self.seal.opened($0, in: cookie) }
    }

    private func requestCookie(_ name: [UInt8], _ base: UnsafePointer<UInt8>) -> ByteView? {
        for slice in self.requestHead.headers.slices where slice.isNamed("cookie", base) {
            let value = ByteView(base: base + slice.valueStart, count: slice.valueCount)
            if let found = CookieHeader.value(of: name, in: value) { return found }
        }
        return nil
    }

    /// The header lines that bind the client to where its answer comes from; `base` is where the answer's head was parsed
    /// from.
    func stickyCookies(_ exchange: Exchange, _ forward: ForwardRoute, _ base: UnsafePointer<UInt8>) -> String {
        guard let group = exchange.group, let target = exchange.upstream?.target else { return "" }
        var lines = ""
        if let duration = forward.action.stickiness {
            lines += self.lines(.targetGroup, StickyBinding(group.subject, expires: self.wallNow + duration))
        }
        guard let stickiness = group.stickiness else { return lines }
        let binding = StickyBinding(target.subject, expires: self.wallNow + stickiness.duration)
        switch stickiness {
        case .loadBalancerCookie: lines += self.lines(.target, binding)
        case .applicationCookie(let name, _):
            if !forward.sharesOut, self.answerSets(Array(name.utf8), base) {
                lines += self.lines(.applicationTarget, binding)
            }
        }
        return lines
    }

    private func lines(_ cookie: StickyCookie, _ binding: StickyBinding) -> String {
        guard let value = self.seal.sealed(binding, in: cookie) else { return "" }
        let expires = MadeAnswer.date(
            epochSeconds: (self.wallNow + StickyCookie.browserLifetime).milliseconds / 1000)
        return cookie.headerLines(value: value, expires: String(decoding: expires, as: UTF8.self))
    }

    private func answerSets(_ name: [UInt8], _ base: UnsafePointer<UInt8>) -> Bool {
        self.responseHead.headers.slices.contains { slice in
            slice.isNamed("set-cookie", base)
                && CookieHeader.sets(name, in: ByteView(base: base + slice.valueStart, count: slice.valueCount))
        }
    }
}

extension HeaderSlice {
    /// `lowered` is in lower case already.
    fileprivate func isNamed(_ lowered: StaticString, _ base: UnsafePointer<UInt8>) -> Bool {
        Bytes.equalIgnoringCase(base + self.nameStart, self.nameCount, lowered)
    }
}
