internal import Model
internal import NIOHTTP1

extension EngineClient {
    /// The gateway of a bridge network, made where it is absent.
    func gateway(ofNetwork name: String, labels: [String: String]) async throws -> String? {
        if let network = try await self.network(name) { return Self.gateway(of: network) }
        do {
            _ = try await self.call(
                .POST, "/networks/create",
                json: .object([
                    .init("Name", .string(name)), .init("Driver", .string("bridge")),
                    .init("CheckDuplicate", .bool(true)),
                    .init(
                        "Labels", .object(labels.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })),
                ]))
        } catch let error as EngineError where error.isConflict {
            // Another call made it at the same moment.
        }
        return try await self.network(name).flatMap(Self.gateway)
    }

    private func network(_ name: String) async throws -> JSONValue? {
        do {
            return try await self.call(.GET, "/networks/\(Self.escaped(name))")
        } catch let error as EngineError where error.isNotFound {
            return nil
        }
    }

    private static func gateway(of network: JSONValue) -> String? {
        (network["IPAM"]?["Config"]?.array ?? []).lazy.compactMap { $0["Gateway"]?.string }.first
    }
}
