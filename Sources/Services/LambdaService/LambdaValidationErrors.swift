internal import LambdaAPI
internal import WireProtocol

extension ValidationErrors {
    /// Lambda names all that is wrong in one `ValidationException`, but an unknown runtime in its own way.
    static let lambda = ValidationErrors { _, failures in
        let texts = failures.map { $0.sentence(at: Self.lowerCamel($0.path)) }
        if let runtime = failures.first(where: { $0.path == "Runtime" }) {
            return Lambda.Errors.invalidParameterValueException(
                "Value \(runtime.value) at 'runtime' failed to satisfy constraint: Member \(runtime.reason.constraint) or be a valid ARN"
            )
        }
        let count = failures.count == 1 ? "1 validation error" : "\(failures.count) validation errors"
        return AWSError(
            code: "ValidationException", message: "\(count) detected: " + texts.joined(separator: "; "), status: 400)
    }

    private static func lowerCamel(_ path: String) -> String { path.prefix(1).lowercased() + path.dropFirst() }
}
