internal import Model
internal import NIOHTTP1
internal import WorkloadRuntime

extension EngineClient {
    /// `nil` where there is no such container.
    func container(_ idOrName: String) async throws -> ContainerState? {
        do {
            return ContainerState(json: try await self.call(.GET, "/containers/\(Self.escaped(idOrName))/json"))
        } catch let error as EngineError where error.isNotFound {
            return nil
        }
    }

    /// Makes a container, or finds the one that has the name already.
    func createContainer(name: String, _ body: JSONValue) async throws -> String {
        do {
            let reply = try await self.call(.POST, "/containers/create", query: [("name", name)], json: body)
            return reply["Id"]?.string ?? name
        } catch let error as EngineError where error.isConflict {
            guard let container = try await self.container(name) else { throw error }
            return container.id
        }
    }

    /// Starting what runs is no error (304).
    func startContainer(_ id: String) async throws { _ = try await self.call(.POST, "/containers/\(id)/start") }

    /// Sends the container's stop signal, and SIGKILL after so many seconds. Stopping what is stopped or gone is no error.
    func stopContainer(_ id: String, seconds: Int) async throws {
        do {
            _ = try await self.call(
                .POST, "/containers/\(id)/stop", query: [("t", String(seconds))], patience: .unlimited)
        } catch let error as EngineError where error.isNotFound {}
    }

    /// Returns when the container does not run.
    func waitForContainer(_ id: String) async throws {
        do {
            _ = try await self.call(.POST, "/containers/\(id)/wait", patience: .unlimited)
        } catch let error as EngineError where error.isNotFound {}
    }

    /// `nil` where it does not run.
    func usage(of id: String) async throws -> ContainerUsage? {
        do {
            // The engine need not wait for a second look to tell rates: those are computed here.
            return ContainerUsage(
                stats: try await self.call(
                    .GET, "/containers/\(id)/stats", query: [("stream", "false"), ("one-shot", "true")]))
        } catch let error as EngineError where error.isNotFound || error.isConflict {
            return nil
        }
    }

    /// Kills it where it runs. Removing what is gone, or what another call removes, is no error.
    func removeContainer(_ id: String) async throws {
        do {
            _ = try await self.call(.DELETE, "/containers/\(id)", query: [("force", "1"), ("v", "1")])
        } catch let error as EngineError where error.isNotFound || error.isConflict {}
    }

    /// Ids of all containers, running or not, that carry the labels.
    func containers(labels: [String]) async throws -> [String] {
        let reply = try await self.call(
            .GET, "/containers/json", query: [("all", "1"), ("filters", Self.filters(labels: labels))])
        return (reply.array ?? []).compactMap { $0["Id"]?.string }
    }

    static func filters(labels: [String]) -> String {
        JSONValue.object([.init("label", .array(labels.map { .string($0) }))]).text
    }
}
