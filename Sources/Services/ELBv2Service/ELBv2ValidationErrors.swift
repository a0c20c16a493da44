package import WireProtocol

extension ValidationErrors {
    /// ELBv2 answers every broken input with `ValidationError`, all failures in one message.
    package static let elbv2 = ValidationErrors { _, failures in
        let noun = failures.count == 1 ? "error" : "errors"
        let details = failures.map { $0.sentence(at: Self.shown($0.path)) }
        return .validation("\(failures.count) validation \(noun) detected: \(details.joined(separator: "; "))")
    }

    /// The service writes members with a small first letter: `targetType`, `defaultActions.1.member.redirectConfig`.
    private static func shown(_ path: String) -> String {
        path.split(separator: ".").map { $0.prefix(1).lowercased() + $0.dropFirst() }.joined(separator: ".")
    }
}
