internal import LambdaAPI
internal import Model

/// A function as a caller names it: `NAME`, `NAME:QUALIFIER`, `ACCOUNT:function:NAME`, or a full ARN with or without a
/// qualifier, plus the `Qualifier` parameter (Lambda API, `FunctionName`).
struct FunctionReference: Equatable, Sendable {
    let name: String
    /// `$LATEST`, a version number, an alias, or `nil` where none was named.
    let qualifier: String?

    /// - Throws: `InvalidParameterValueException` where the name and the parameter disagree.
    init(_ text: String, qualifier parameter: String? = nil) throws {
        var parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        if let function = parts.firstIndex(of: "function"), function < parts.count - 1 {
            parts.removeFirst(function + 1)
        }
        guard let name = parts.first, !name.isEmpty, parts.count <= 2 else {
            throw Lambda.Errors.invalidParameterValueException("Invalid function name: \(text)")
        }
        let named = parts.count == 2 ? parts[1] : nil
        if let named, let parameter, named != parameter {
            throw Lambda.Errors.invalidParameterValueException(
                "The derived qualifier from the function name does not match the specified qualifier.")
        }
        self.name = name
        self.qualifier = named ?? parameter
    }

    /// With the qualifier as the caller used it.
    func arn(in scope: Scope) -> ARN {
        scope.arn("lambda", "function:\(self.name)" + (self.qualifier.map { ":\($0)" } ?? ""))
    }
}
