internal import FoundationEssentials
internal import Glibc
internal import Logging
internal import ProxyFeed
internal import TrafficRouting

/// What a proxy needs to go on after a crash without its control plane.
struct ProxyState: Codable {
    var snapshot: RoutingSnapshot
    var listening: [ListenAddress]
    var health: [TargetHealthReport]
    /// The addresses of the targets in `health`, in the same order.
    var addresses: [String]

    static func health(_ health: [TargetKey: TargetVerdict]) -> ([TargetHealthReport], [String]) {
        let pairs = Array(health)
        return (
            pairs.map { key, verdict in
                TargetHealthReport(
                    group: key.group, target: key.target, health: verdict.health, registeredAt: verdict.registeredAt)
            },
            pairs.map(\.key.address)
        )
    }

    var healthByTarget: [TargetKey: TargetVerdict] {
        var health: [TargetKey: TargetVerdict] = [:]
        for (report, address) in zip(self.health, self.addresses) {
            health[TargetKey(group: report.group, target: report.target, address: address)] = TargetVerdict(
                health: report.health, registeredAt: report.registeredAt)
        }
        return health
    }
}

/// The file that holds it. Replaced as a whole, so that a crash leaves the old or the new one.
struct ProxyStateFile: Sendable {
    private let path: String

    init(directory: String) { self.path = "\(directory)/proxy-state.json" }

    /// `nil` where there is none, or one that cannot be read, which is logged: the proxy can go on without, for the
    /// control plane sends everything anyway.
    func load(_ logger: Logger) -> ProxyState? {
        guard let bytes = FileManager.default.contents(atPath: self.path) else { return nil }
        do {
            return try JSONDecoder().decode(ProxyState.self, from: bytes)
        } catch {
            logger.error(
                "the saved routing state cannot be read; nothing is served until a control plane connects",
                metadata: ["file": "\(self.path)", "error": "\(error)"])
            return nil
        }
    }

    func save(_ state: ProxyState) throws {
        let temporary = "\(self.path).new"
        try JSONEncoder().encode(state).write(to: URL(filePath: temporary))
        guard rename(temporary, self.path) == 0 else { throw SystemCallError("rename \(temporary)") }
    }
}
