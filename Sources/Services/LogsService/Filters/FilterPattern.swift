/// A CloudWatch Logs filter pattern: terms, a regular expression between them, a JSON condition in braces, or the fields of
/// a space-delimited event in brackets (CloudWatch Logs, "filter pattern syntax").
package enum FilterPattern: Equatable, Sendable {
    case everything
    case terms(TermPattern)
    case json(JSONPattern)
    case fields(FieldPattern)

    /// - Throws: where the text is no pattern.
    package init(_ text: String) throws(FilterPatternError) {
        let trimmed = text.trimmed
        switch trimmed.first {
        case nil: self = .everything
        case "{": self = .json(try JSONPattern(trimmed))
        case "[": self = .fields(try FieldPattern(trimmed))
        default:
            let terms = try TermPattern(trimmed)
            self = terms.isEmpty ? .everything : .terms(terms)
        }
    }

    package func matches(_ message: String) -> Bool {
        switch self {
        case .everything: true
        case .terms(let pattern): pattern.matches(message)
        case .json(let pattern): pattern.matches(message)
        case .fields(let pattern): pattern.matches(message)
        }
    }
}

/// Why a text is no filter pattern.
package struct FilterPatternError: Error, Equatable, Sendable, CustomStringConvertible {
    package let reason: String

    package var description: String { self.reason }
}

extension String {
    var trimmed: String {
        String(self.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
