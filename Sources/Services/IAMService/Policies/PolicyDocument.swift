internal import IAMAPI
internal import Model
internal import WireProtocol

/// The grammar that IAM checks before it stores a policy. What a policy allows is not evaluated.
enum PolicyDocument {
    /// Who the policy belongs to.
    enum Role {
        /// Says what the identities that it is attached to may do.
        case managed
        /// Says what its one owner may do.
        case inline
        /// Says who may assume a role.
        case trust
    }

    /// - Throws: `MalformedPolicyDocument` with the first fault, in IAM's order: the form of everything, the version, what
    ///   the older parser refuses, then the meaning of the statements.
    static func check(_ text: String, as role: Role) throws {
        let document: JSONValue
        do {
            document = try JSONValue(parsing: text)
        } catch {
            throw Self.malformed("This policy contains invalid Json")
        }
        let statements = try PolicySyntax.statements(of: document)
        if role == .managed, document["Version"] != .string("2012-10-17") {
            throw Self.malformed("Policy document must be version 2012-10-17 or greater.")
        }
        for statement in statements { try statement.checkLegacyForm() }
        let ids = statements.compactMap(\.id).filter { !$0.isEmpty }
        guard Set(ids).count == ids.count else {
            throw Self.malformed("Statement IDs (SID) in a single policy must be unique.")
        }
        switch role {
        case .managed, .inline: try Self.checkPermissions(statements)
        case .trust: for statement in statements { try Self.checkTrust(statement) }
        }
    }

    /// One rule after another over all statements, as IAM does.
    private static func checkPermissions(_ statements: [PolicyStatement]) throws {
        guard statements.allSatisfy({ !$0.hasPrincipal }) else {
            throw Self.malformed("Policy document should not specify a principal.")
        }
        guard statements.allSatisfy({ !$0.actions.isEmpty }) else {
            throw Self.malformed("Policy statement must contain actions.")
        }
        for resource in statements.flatMap(\.resources) { try PolicyResource.check(resource) }
        for action in statements.flatMap(\.actions) { try Self.check(action: action) }
        guard statements.allSatisfy({ !$0.resources.isEmpty }) else {
            throw Self.malformed("Policy statement must contain resources.")
        }
    }

    private static func checkTrust(_ statement: PolicyStatement) throws {
        guard !statement.actions.isEmpty else { throw Self.syntaxError }
        guard !statement.hasResource else { throw Self.malformed("Has prohibited field Resource") }
        guard statement.hasPrincipal else { throw Self.malformed("Missing required field Principal") }
    }

    /// `*` or `service:Name`.
    private static func check(action: String) throws {
        guard action != "*" else { return }
        let parts = action.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count > 1 else {
            throw Self.malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
        }
        guard parts.count == 2 else { throw Self.malformed("Actions/Condition can contain only one colon.") }
        guard parts[0].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-.*".contains($0)) }) else {
            throw Self.malformed("Vendor \(parts[0]) is not valid")
        }
    }

    static func malformed(_ message: String) -> AWSError { IAM.Errors.malformedPolicyDocumentException(message) }

    static var syntaxError: AWSError { self.malformed("Syntax errors in policy.") }

    /// Documents are percent-encoded in replies.
    static func encoded(_ document: String) -> String { PercentEncoding.encode(document) }
}
