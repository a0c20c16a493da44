internal import Model
internal import WireProtocol

/// One statement of a policy whose form is in order.
struct PolicyStatement {
    struct Condition {
        let `operator`: String
        let values: [String]
    }

    let id: String?
    /// As written: `Allow` or `Deny` in some case.
    let effect: String
    /// Of `Action` or `NotAction`; empty where there is none.
    let actions: [String]
    /// Of `Resource` or `NotResource`; empty where there is none.
    let resources: [String]
    let hasResource: Bool
    let hasPrincipal: Bool
    let conditions: [Condition]

    private static let members: Set = [
        "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition",
    ]

    /// - Throws: `MalformedPolicyDocument`
    init(_ value: JSONValue) throws {
        guard case .object(let members) = value, members.allSatisfy({ Self.members.contains($0.name) }) else {
            throw PolicyDocument.syntaxError
        }
        if let id = value["Sid"], id.string == nil { throw PolicyDocument.syntaxError }
        guard let effect = value["Effect"]?.string, ["allow", "deny"].contains(effect.lowercased()) else {
            throw PolicyDocument.syntaxError
        }
        let actions = try PolicySyntax.texts("Action", or: "NotAction", in: value)
        let resources = try PolicySyntax.texts("Resource", or: "NotResource", in: value)
        self.id = value["Sid"]?.string
        self.effect = effect
        self.actions = actions ?? []
        self.resources = resources ?? []
        self.hasResource = resources != nil
        self.hasPrincipal = value["Principal"] != nil || value["NotPrincipal"] != nil
        self.conditions = try PolicySyntax.conditions(value["Condition"])
    }

    /// What IAM's older parser refuses without saying what: an effect in the wrong case, dates that are none, ARNs that
    /// break off.
    /// - Throws: `MalformedPolicyDocument`
    func checkLegacyForm() throws {
        let dates = self.conditions.filter { ConditionOperator.comparesDates($0.operator) }.flatMap(\.values)
        guard self.effect == "Allow" || self.effect == "Deny", dates.allSatisfy(Self.isDate),
            !self.resources.contains(where: PolicyResource.breaksOff)
        else { throw PolicyDocument.malformed("The policy failed legacy parsing") }
    }

    /// Seconds since 1970, or ISO 8601 from the year on. A policy variable stands for either.
    private static func isDate(_ text: String) -> Bool {
        if Int64(text) != nil || text.contains("${") { return true }
        let date =
            /[+-]?\d{1,9}(-(0?[1-9]|1[0-2])(-\d{1,2})?)?([Tt](\d{1,2}(:\d{2}(:\d{2}(\.\d{1,9})?)?)?)?([Zz]|[+-]\d{2}(:?\d{2})?)?)?/
        return text.wholeMatch(of: date) != nil
    }
}
