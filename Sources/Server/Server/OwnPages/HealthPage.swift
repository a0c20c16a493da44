internal import ELBv2Service
internal import Model
internal import Store

/// `/_teal/health`: whether the server can do its work, and who it is.
struct HealthPage: Sendable {
    let version: String
    let startedAt: Timestamp
    let scope: Scope
    let endpoints: Endpoints
    let runtime: String
    let store: Store
    let publisher: RoutingPublisher

    /// `ok`, or `degraded` while the proxy is away: it is started again at once.
    /// - Throws: where the store cannot be read.
    func document() async throws -> JSONValue {
        let proxy = await self.publisher.state
        let generation = try await self.store.read { try $0.routingGeneration() }
        let notes = [self.endpoints.note].compactMap { $0 }.map { JSONValue.string($0) }
        return .object([
            .init("status", .string(proxy.isConnected ? "ok" : "degraded")), .init("version", .string(self.version)),
            .init("startedAt", .string(self.startedAt.iso8601)), .init("account", .string(self.scope.account)),
            .init("region", .string(self.scope.region)), .init("endpoint", .string(self.endpoints.local)),
            .init("taskEndpoint", .string(self.endpoints.forTasks)),
            .init("runtime", .string(self.runtime)),
            .init(
                "proxy",
                .object([
                    .init("connected", .bool(proxy.isConnected)),
                    .init("sentGeneration", .integer(Int64(proxy.sentGeneration))),
                    .init("routingGeneration", .integer(Int64(generation))),
                ])),
            .init("notes", .array(notes)),
        ])
    }
}
