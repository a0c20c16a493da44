/// The path of an HTTP-bound operation: literal segments, `{Label}`, and `{Label+}` for the rest of the path. A template may
/// carry a query (`/path?tags`), whose names must all be present.
struct PathTemplate: Sendable {
    private enum Segment: Sendable, Equatable {
        case literal(Substring)
        case label(String)
        case greedy(String)
    }

    private let segments: [Segment]
    private let requiredQuery: [String]

    init(_ template: String) {
        let path = template.prefix { $0 != "?" }
        self.requiredQuery = PercentEncoding.pairs(template.dropFirst(path.count + 1), plusIsSpace: false).map(\.name)
        self.segments = path.split(separator: "/").map { segment in
            guard segment.hasPrefix("{"), segment.hasSuffix("}") else { return .literal(segment) }
            let name = segment.dropFirst().dropLast()
            return name.hasSuffix("+") ? .greedy(String(name.dropLast())) : .label(String(name))
        }
    }

    /// Literals before labels: of two templates that match, the one with more literal segments is meant.
    var specificity: Int { self.segments.count { if case .literal = $0 { true } else { false } } }

    /// The labels' decoded values, or `nil` where the path is another one.
    func labels(of path: some StringProtocol, query: some StringProtocol) -> [String: String]? {
        if !self.requiredQuery.isEmpty {
            let names = Set(PercentEncoding.pairs(query, plusIsSpace: false).map(\.name))
            guard self.requiredQuery.allSatisfy(names.contains) else { return nil }
        }
        var labels: [String: String] = [:]
        var rest = path.split(separator: "/")[...]
        for segment in self.segments {
            guard let found = rest.popFirst() else { return nil }
            switch segment {
            case .literal(let text): guard found == text else { return nil }
            case .label(let name): labels[name] = PercentEncoding.decode(found)
            case .greedy(let name):
                labels[name] = PercentEncoding.decode(([found] + rest.map { $0 }).joined(separator: "/"))
                rest = []
            }
        }
        return rest.isEmpty ? labels : nil
    }

    /// The path with every label filled in; an absent label is left empty.
    func path(_ labels: [String: String]) -> String {
        self.segments.map { segment in
            switch segment {
            case .literal(let text): "/" + text
            case .label(let name): "/" + PercentEncoding.encode(labels[name] ?? "")
            case .greedy(let name): "/" + PercentEncoding.encode(labels[name] ?? "", keepingSlashes: true)
            }
        }.joined()
    }
}
