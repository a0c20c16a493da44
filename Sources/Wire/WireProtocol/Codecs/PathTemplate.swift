/// The path of an HTTP-bound operation: literal segments, `{Label}`, and `{Label+}` for the rest of the path. A template may
/// carry a query (`/path?tags`), whose names must all be present.
struct PathTemplate: Sendable {
    private enum Segment: Sendable, Equatable {
        case literal([UInt8])
        case label(String)
        case greedy(String)
    }

    private let segments: [Segment]
    private let requiredQuery: [String]
    /// The query that every request of the operation has, as the model writes it; empty where there is none.
    let query: String

    init(_ template: String) {
        let path = template.prefix { $0 != "?" }
        self.query = String(template.dropFirst(path.count + 1))
        self.requiredQuery = PercentEncoding.pairs(self.query, plusIsSpace: false).map(\.name)
        self.segments = path.split(separator: "/").map { segment in
            guard segment.hasPrefix("{"), segment.hasSuffix("}") else { return .literal(Array(segment.utf8)) }
            let name = segment.dropFirst().dropLast()
            return name.hasSuffix("+") ? .greedy(String(name.dropLast())) : .label(String(name))
        }
    }

    /// Of two templates that match, the one that asks for more is meant: literal segments first, then names of the query.
    var specificity: (literals: Int, query: Int) {
        (self.segments.count { if case .literal = $0 { true } else { false } }, self.requiredQuery.count)
    }

    /// The labels' decoded values, or `nil` where the path is another one.
    func labels(of path: some StringProtocol, query: some StringProtocol) -> [String: String]? {
        if !self.requiredQuery.isEmpty {
            let names = Set(PercentEncoding.pairs(query, plusIsSpace: false).map(\.name))
            guard self.requiredQuery.allSatisfy(names.contains) else { return nil }
        }
        let slash = UInt8(ascii: "/")
        var labels: [String: String] = [:]
        var rest = Array(path.utf8)[...]
        for segment in self.segments {
            if case .greedy(let name) = segment {
                // Slashes belong to it, at its beginning and end as well.
                guard rest.count > 1 else { return nil }
                labels[name] = PercentEncoding.decode(Substring(decoding: rest.dropFirst(), as: UTF8.self))
                rest = []
                continue
            }
            rest = rest.drop { $0 == slash }
            let found = rest.prefix { $0 != slash }
            rest = rest.dropFirst(found.count)
            guard !found.isEmpty else { return nil }
            switch segment {
            case .literal(let text): guard found.elementsEqual(text) else { return nil }
            case .label(let name): labels[name] = PercentEncoding.decode(Substring(decoding: found, as: UTF8.self))
            case .greedy: break
            }
        }
        return rest.allSatisfy { $0 == slash } ? labels : nil
    }

    /// The path with every label filled in; an absent label is left empty.
    func path(_ labels: [String: String]) -> String {
        let path = self.segments.map { segment in
            switch segment {
            case .literal(let text): "/" + String(decoding: text, as: UTF8.self)
            case .label(let name): "/" + PercentEncoding.encode(labels[name] ?? "")
            case .greedy(let name): "/" + PercentEncoding.encode(labels[name] ?? "", keepingSlashes: true)
            }
        }.joined()
        return path.isEmpty ? "/" : path
    }
}
