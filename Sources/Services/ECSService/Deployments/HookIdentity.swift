internal import Crypto
internal import DeploymentEngine

/// The public ids of one hook's run. They are made of what the deployment's value knows, so they are the same after a crash,
/// and nobody can guess those of another deployment.
struct HookIdentity: Sendable {
    private let digest: [UInt8]

    init(deployment: ServiceDeployment.ID, run: Int) {
        self.digest = Array(SHA256.hash(data: Array("\(deployment.rawValue)/\(run)".utf8)))
    }

    /// A UUID, the same for all calls of the run.
    var executionID: String {
        var bytes = self.digest.prefix(16).map { $0 }
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let ends = [8, 12, 16, 20, 32]
        return zip([0] + ends, ends).map { String(Array(hex)[$0..<$1]) }.joined(separator: "-")
    }

    /// `ecs-pause-` or `ecs-lambda-` and 43 URL-safe characters.
    func hookID(_ target: ServiceDeployment.Hook.Target) -> String {
        let type =
            switch target {
            case .pause: "pause"
            case .function: "lambda"
            }
        return "ecs-\(type)-" + Self.base64URL(self.digest)
    }

    /// Of a migration task, which is shown beside the hooks.
    var migrationID: String { "ecs-migration-" + Self.base64URL(self.digest) }

    /// Whether `text` looks like a hook id at all.
    static func isHookID(_ text: String) -> Bool {
        let parts = text.split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
        return parts.count == 3 && parts[0] == "ecs" && !parts[1].isEmpty && !parts[2].isEmpty
    }

    private static func base64URL(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let word = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for index in 0...group.count { text.append(alphabet[word >> (18 - 6 * index) & 63]) }
        }
        return text
    }
}
