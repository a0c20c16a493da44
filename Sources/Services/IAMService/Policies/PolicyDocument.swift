internal import IAMAPI
internal import Model
internal import WireProtocol

/// The grammar that IAM checks before it stores a policy. What a policy allows is not evaluated.
enum PolicyDocument {
    /// Who the policy belongs to.
    enum Role {
        /// Says what its owner may do.
        case identity
        /// Says who may assume a role.
        case trust
    }

    /// - Throws: `MalformedPolicyDocument` with the first fault.
    static func check(_ text: String, as role: Role) throws {
        let document: JSONValue
        do {
            document = try JSONValue(parsing: text)
        } catch {
            throw IAM.Errors.malformedPolicyDocumentException("This policy contains invalid Json")
        }
        guard case .object(let members) = document else { throw self.syntaxError }
        let known: Set = ["Version", "Id", "Statement"]
        guard members.allSatisfy({ known.contains($0.name) }) else { throw self.syntaxError }
        if let version = document["Version"], version != .string("2012-10-17"), version != .string("2008-10-17") {
            throw self.syntaxError
        }
        guard let statement = document["Statement"] else { throw self.syntaxError }
        for entry in statement.array ?? [statement] { try self.check(statement: entry, as: role) }
    }

    private static func check(statement: JSONValue, as role: Role) throws {
        guard case .object = statement else { throw self.syntaxError }
        guard let effect = statement["Effect"]?.string, effect == "Allow" || effect == "Deny" else {
            throw self.syntaxError
        }
        guard (statement["Action"] != nil) != (statement["NotAction"] != nil) else { throw self.syntaxError }
        let hasResource = statement["Resource"] != nil || statement["NotResource"] != nil
        let hasPrincipal = statement["Principal"] != nil || statement["NotPrincipal"] != nil
        switch role {
        case .identity:
            guard !hasPrincipal else {
                throw IAM.Errors.malformedPolicyDocumentException("Policy document should not specify a principal.")
            }
            guard hasResource else {
                throw IAM.Errors.malformedPolicyDocumentException("Policy statement must contain resources.")
            }
        case .trust:
            guard !hasResource else {
                throw IAM.Errors.malformedPolicyDocumentException("Has prohibited field Resource")
            }
            guard hasPrincipal else {
                throw IAM.Errors.malformedPolicyDocumentException("Missing required field Principal")
            }
        }
    }

    private static var syntaxError: AWSError { IAM.Errors.malformedPolicyDocumentException("Syntax errors in policy.") }

    /// Documents are percent-encoded in replies.
    static func encoded(_ document: String) -> String { PercentEncoding.encode(document) }
}
