package import WireProtocol

extension ValidationErrors {
    /// ELBv2 answers every broken input with `ValidationError`, all failures in one message.
    package static let elbv2 = ValidationErrors { _, failures in
        let noun = failures.count == 1 ? "error" : "errors"
        let details = failures.map { failure in
            let value = failure.reason == .missing ? "null" : "'\(failure.value)'"
            return
                "Value \(value) at '\(Self.shown(failure.path))' failed to satisfy constraint: \(failure.reason.constraint)"
        }
        return .validation("\(failures.count) validation \(noun) detected: \(details.joined(separator: "; "))")
    }

    /// The service writes members with a small first letter: `targetType`, `defaultActions.1.member.redirectConfig`.
    private static func shown(_ path: String) -> String {
        path.split(separator: ".").map { $0.prefix(1).lowercased() + $0.dropFirst() }.joined(separator: ".")
    }
}

extension ValidationFailure.Reason {
    fileprivate var constraint: String {
        switch self {
        case .missing: "Member must not be null"
        case .wrongType(let expected): "Member must be of type \(expected)"
        case .length(let range):
            range.upperBound == .max
                ? "Member must have length greater than or equal to \(range.lowerBound)"
                : "Member must have length between \(range.lowerBound) and \(range.upperBound), inclusive"
        case .range(let text): "Member must have value \(text)"
        case .pattern(let pattern): "Member must satisfy regular expression pattern: \(pattern)"
        case .notInEnum(let values): "Member must satisfy enum value set: [\(values.joined(separator: ", "))]"
        case .union: "Member must have exactly one value set"
        }
    }
}
