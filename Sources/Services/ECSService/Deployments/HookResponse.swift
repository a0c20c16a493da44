internal import DeploymentEngine
internal import Model
internal import WireProtocol

/// What a hook's function returned.
struct HookResponse: Sendable {
    private let content: JSONValue?
    private let configured: JSONValue?

    init(_ payload: [UInt8], configured: String?) {
        // Whatever cannot be read is an answer without a status.
        self.content = try? JSONValue(parsing: payload)
        // The configuration was read as JSON when it was stored.
        self.configured = configured.flatMap { try? JSONValue(parsing: Array($0.utf8)) }
    }

    /// Blanks around the status and its letters' case are forgiven, as in the samples that AWS publishes.
    func answer(of function: String) -> ServiceDeployment.HookAnswer {
        guard case .string(let status)? = self.content?["hookStatus"] else {
            return .unusable(
                "ECS was unable to parse the response from \(function) due to: HookStatus must not be null")
        }
        switch status.filter({ !$0.isWhitespace }).uppercased() {
        case "SUCCEEDED": return .succeeded
        case "FAILED": return .failed
        case "IN_PROGRESS": return .inProgress(callBackDelay: self.delay, details: self.details)
        default:
            return .unusable(
                "ECS was unable to parse the response from \(function) due to: HookStatus \(status) is not valid")
        }
    }

    /// In seconds, under any of the names that AWS's own pages use.
    private var delay: Duration? {
        for name in ["callBackDelay", "callbackDelay", "callBackDelaySeconds"] {
            let seconds: Double? =
                switch self.content?[name] {
                case .integer(let number): Double(number)
                case .number(let number): number
                case .string(let text): Double(text)
                case .null, .bool, .array, .object, nil: nil
                }
            if let seconds, seconds.isFinite, seconds >= 0 { return .milliseconds(Int64(min(seconds, 86_400) * 1000)) }
        }
        return nil
    }

    /// Those returned over those configured, as JSON text.
    private var details: String? {
        guard case .object(let returned)? = self.content?["hookDetails"] else { return nil }
        guard case .object(let known)? = self.configured else {
            return String(decoding: JSONValue.object(returned).serialized, as: UTF8.self)
        }
        let names = Set(returned.map(\.name))
        return String(
            decoding: JSONValue.object(known.filter { !names.contains($0.name) } + returned).serialized, as: UTF8.self)
    }
}
