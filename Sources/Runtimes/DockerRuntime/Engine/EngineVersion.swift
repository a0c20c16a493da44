internal import Synchronization

/// A version of the Engine API, as in `/v1.41/`.
struct EngineVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
    var major: Int
    var minor: Int

    init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    init?(_ text: String) {
        let parts = text.split(separator: ".")
        guard parts.count == 2, let major = Int(parts[0]), let minor = Int(parts[1]) else { return nil }
        self.init(major: major, minor: minor)
    }

    var description: String { "\(self.major).\(self.minor)" }

    static func < (left: Self, right: Self) -> Bool { (left.major, left.minor) < (right.major, right.minor) }
}

/// The version to speak: the older of the engine's and our newest, asked for once.
final class NegotiatedVersion: Sendable {
    private let known = Mutex<EngineVersion?>(nil)

    func value(ask: () async throws -> EngineVersion?) async throws -> EngineVersion {
        if let version = self.known.withLock({ $0 }) { return version }
        let version = min(try await ask() ?? EngineVersion(major: 1, minor: 41), EngineClient.newestVersion)
        self.known.withLock { $0 = version }
        return version
    }
}
