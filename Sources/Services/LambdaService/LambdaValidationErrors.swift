internal import LambdaAPI
internal import WireProtocol

extension ValidationErrors {
    /// Lambda names all that is wrong in one `ValidationException`, but an unknown runtime in its own way.
    static let lambda = ValidationErrors { _, failures in
        let texts = failures.map { failure in
            "Value '\(failure.value)' at '\(Self.lowerCamel(failure.path))' failed to satisfy constraint: \(Self.constraint(failure))"
        }
        if let runtime = failures.first(where: { $0.path == "Runtime" }) {
            return Lambda.Errors.invalidParameterValueException(
                "Value \(runtime.value) at 'runtime' failed to satisfy constraint: \(Self.constraint(runtime)) or be a valid ARN"
            )
        }
        let count = failures.count == 1 ? "1 validation error" : "\(failures.count) validation errors"
        return AWSError(
            code: "ValidationException", message: "\(count) detected: " + texts.joined(separator: "; "), status: 400)
    }

    private static func lowerCamel(_ path: String) -> String { path.prefix(1).lowercased() + path.dropFirst() }

    private static func constraint(_ failure: ValidationFailure) -> String {
        switch failure.reason {
        case .missing: "Member must not be null"
        case .wrongType(let expected): "Member must be a \(expected)"
        case .length(let range): "Member must have length between \(range.lowerBound) and \(range.upperBound)"
        case .range(let range): "Member must have value \(range)"
        case .pattern(let pattern): "Member must satisfy regular expression pattern: \(pattern)"
        case .notInEnum(let values): "Member must satisfy enum value set: [\(values.joined(separator: ", "))]"
        case .union: "Member must have exactly one value set"
        }
    }
}
