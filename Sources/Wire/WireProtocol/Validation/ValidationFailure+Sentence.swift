extension ValidationFailure {
    /// AWS's usual sentence about a broken member: "Value 'x' at 'y' failed to satisfy constraint: …".
    package var sentence: String { self.sentence(at: self.path) }

    /// - Parameter path: as the service writes it.
    package func sentence(at path: String) -> String {
        let value = self.reason == .missing ? "null" : "'\(self.value)'"
        return "Value \(value) at '\(path)' failed to satisfy constraint: Member \(self.reason.constraint)"
    }
}

extension ValidationFailure.Reason {
    /// What AWS says that the member must be: "must not be null".
    package var constraint: String {
        switch self {
        case .missing: "must not be null"
        case .wrongType(let expected): "must be of type \(expected)"
        case .length(let bound): "must have length \(bound)"
        case .range(let bound): "must have value \(bound)"
        case .pattern(let pattern): "must satisfy regular expression pattern: \(pattern)"
        case .notInEnum(let values): "must satisfy enum value set: [\(values.joined(separator: ", "))]"
        case .union: "must have exactly one member set"
        }
    }
}
