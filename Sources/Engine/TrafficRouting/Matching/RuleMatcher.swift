/// A header of a request, name and value as received.
package struct HeaderField {
    package let name: ByteView
    package let value: ByteView

    package init(name: ByteView, value: ByteView) {
        self.name = name
        self.value = value
    }
}

/// What rules look at.
package struct RequestFacts {
    package let method: ByteView
    /// Without a port.
    package let host: ByteView
    package let path: ByteView
    /// Without the question mark; empty where there is none.
    package let query: ByteView
    package let headers: [HeaderField]
    package let peer: IPAddress

    package init(
        method: ByteView, host: ByteView, path: ByteView, query: ByteView, headers: [HeaderField], peer: IPAddress
    ) {
        self.method = method
        self.host = host
        self.path = path
        self.query = query
        self.headers = headers
        self.peer = peer
    }
}

/// The rules of one listener, compiled: the first rule by priority whose conditions all hold, else the default rule.
package struct RuleMatcher {
    private let rules: [[ConditionMatcher]]

    /// `rules` without the default rule, ascending by priority.
    package init(_ rules: [Rule]) {
        self.rules = rules.map { $0.conditions.map(ConditionMatcher.init) }
    }

    /// Whether the default rule applies to everything, so that no facts are needed.
    package var isTrivial: Bool { self.rules.isEmpty }

    /// The index of the rule that applies; `nil` is the default rule.
    package func match(_ request: RequestFacts) -> Int? {
        self.rules.firstIndex { $0.allSatisfy { $0.matches(request) } }
    }
}

private enum ConditionMatcher {
    case host([WildcardPattern])
    case path([WildcardPattern])
    case header(name: [UInt8], [WildcardPattern])
    case method([[UInt8]])
    case query([(key: WildcardPattern?, value: WildcardPattern)])
    case source([CIDRBlock])

    init(_ condition: Condition) {
        func folded(_ values: [String]) -> [WildcardPattern] { values.map { WildcardPattern($0, ignoringCase: true) } }
        switch condition {
        case .hostHeader(let values): self = .host(folded(values))
        case .pathPattern(let values): self = .path(values.map { WildcardPattern($0, ignoringCase: false) })
        case .httpHeader(let name, let values): self = .header(name: ASCII.lowered(name), folded(values))
        case .httpRequestMethod(let values): self = .method(values.map { Array($0.utf8) })
        case .queryString(let values):
            self = .query(
                values.map { pattern in
                    (
                        key: pattern.key.map { WildcardPattern($0, ignoringCase: true) },
                        value: WildcardPattern(pattern.value, ignoringCase: true)
                    )
                })
        case .sourceIP(let blocks): self = .source(blocks)
        }
    }

    func matches(_ request: RequestFacts) -> Bool {
        switch self {
        case .host(let patterns): patterns.contains { $0.matches(request.host) }
        case .path(let patterns): patterns.contains { $0.matches(request.path) }
        case .header(let name, let patterns):
            request.headers.contains { header in
                header.name.equalsIgnoringCase(name) && patterns.contains { $0.matches(header.value) }
            }
        case .method(let methods): methods.contains { request.method.equals($0) }
        case .query(let patterns): Self.parameters(of: request.query, contain: patterns)
        case .source(let blocks): blocks.contains { $0.contains(request.peer) }
        }
    }

    private static func parameters(
        of query: ByteView, contain patterns: [(key: WildcardPattern?, value: WildcardPattern)]
    ) -> Bool {
        var start = 0
        while start < query.count {
            let end = query.firstIndex(of: UInt8(ascii: "&"), from: start) ?? query.count
            let parameter = query.slice(start..<end)
            let equals = parameter.firstIndex(of: UInt8(ascii: "=")) ?? parameter.count
            let key = parameter.slice(0..<equals)
            let value = parameter.slice(min(equals + 1, parameter.count)..<parameter.count)
            if patterns.contains(where: { ($0.key?.matches(key) ?? true) && $0.value.matches(value) }) { return true }
            start = end + 1
        }
        return false
    }
}
