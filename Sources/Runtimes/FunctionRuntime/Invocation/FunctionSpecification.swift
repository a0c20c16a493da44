package import Model

/// All that an execution environment is made from. Environments serve equal specifications only.
package struct FunctionSpecification: Hashable, Sendable {
    /// Without a qualifier.
    package let arn: ARN
    package let name: String
    /// `$LATEST` or a number.
    package let version: String
    /// Changes with every update of code or configuration.
    package let revision: String
    package let language: FunctionLanguage
    /// As in `Runtime`: `python3.12`.
    package let runtime: String
    package let handler: String
    package let timeout: Duration
    package let memoryMB: Int
    /// The function's own, checked by `ReservedVariables`.
    package let variables: [String: String]
    package let taskRoot: String
    package let logGroup: String
    /// The role that the function acts as.
    package let role: String

    package init(
        arn: ARN, name: String, version: String, revision: String, language: FunctionLanguage, runtime: String,
        handler: String, timeout: Duration, memoryMB: Int, variables: [String: String], taskRoot: String,
        logGroup: String,
        role: String
    ) {
        self.arn = arn
        self.name = name
        self.version = version
        self.revision = revision
        self.language = language
        self.runtime = runtime
        self.handler = handler
        self.timeout = timeout
        self.memoryMB = memoryMB
        self.variables = variables
        self.taskRoot = taskRoot
        self.logGroup = logGroup
        self.role = role
    }
}

/// What runs a function.
package enum FunctionLanguage: Hashable, Sendable {
    case python(minor: Int)
    case node(major: Int)
    /// The function's own `bootstrap` speaks to the Runtime API.
    case provided

    /// `nil` for a runtime that is not run here (Java, .NET, Ruby, Go's own).
    package init?(runtime: String) {
        if runtime.hasPrefix("python3."), let minor = Int(runtime.dropFirst("python3.".count)) {
            self = .python(minor: minor)
        } else if runtime.hasPrefix("nodejs"), runtime.hasSuffix(".x"),
            let major = Int(runtime.dropFirst(6).dropLast(2))
        {
            self = .node(major: major)
        } else if runtime == "provided" || runtime.hasPrefix("provided.") {
            self = .provided
        } else {
            return nil
        }
    }
}

/// Keys of a role session that a function signs its own calls with.
package struct FunctionCredentials: Hashable, Sendable {
    package let accessKeyID: String
    package let secretAccessKey: String
    package let sessionToken: String
    package let expiresAt: Timestamp

    package init(accessKeyID: String, secretAccessKey: String, sessionToken: String, expiresAt: Timestamp) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.expiresAt = expiresAt
    }
}
