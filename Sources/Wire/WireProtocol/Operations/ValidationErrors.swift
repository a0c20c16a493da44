/// Where an input breaks its model. Found by the codecs and by model validation, before any handler runs.
package struct ValidationFailure: Error, Equatable, Sendable {
    package enum Reason: Equatable, Sendable {
        case missing
        case wrongType(expected: String)
        case length(Bound)
        case range(Bound)
        case pattern(String)
        case notInEnum([String])
        /// A union with no member or several.
        case union
    }

    /// The bound that a length or a number is beyond.
    package enum Bound: Equatable, Sendable, CustomStringConvertible {
        case atLeast(String)
        case atMost(String)

        package var description: String {
            switch self {
            case .atLeast(let bound): "greater than or equal to \(bound)"
            case .atMost(let bound): "less than or equal to \(bound)"
            }
        }
    }

    /// Member names from the input's root, list elements by their index from 1: `tags.1.member.key`.
    package let path: String
    package let reason: Reason
    /// The offending value as text; empty for a missing one.
    package let value: String

    package init(path: String, reason: Reason, value: String = "") {
        self.path = path
        self.reason = reason
        self.value = value
    }
}

/// How a service words a broken input: a table next to its handlers, because AWS's services disagree.
package struct ValidationErrors: Sendable {
    package let error: @Sendable (_ operation: String, _ failures: [ValidationFailure]) -> AWSError

    package init(_ error: @escaping @Sendable (_ operation: String, _ failures: [ValidationFailure]) -> AWSError) {
        self.error = error
    }
}
