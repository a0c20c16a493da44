internal import AsyncHTTPClient
internal import DockerRuntime
package import Logging
internal import ProxyFeed
package import ServerFiles
internal import WorkloadRuntime

/// Ends what outlives a server on purpose: the proxy and the tasks of its data directory. For `teal down` and ephemeral
/// servers; no server may hold the directory meanwhile.
package struct Teardown: Sendable {
    private let directory: DataDirectory
    private let executable: String
    private let logger: Logger

    package init(directory: DataDirectory, executable: String, logger: Logger) {
        self.directory = directory
        self.executable = executable
        self.logger = logger
    }

    /// Tasks of both runtimes are ended, whichever the server used last.
    package func perform() async throws {
        await self.endProxy()
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: DockerEngineRuntime.httpConfiguration)
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await self.endTasks(http))
        } catch {
            outcome = .failure(error)
        }
        try await http.shutdown()
        try outcome.get()
    }

    /// Where no Docker engine answers there are no containers either. The engine is asked for no network: a server that ran
    /// processes has none.
    private func endTasks(_ http: HTTPClient) async throws {
        try await self.endTasks(
            in: try RuntimeSelection.processRuntime(self.directory, self.executable, self.logger))
        if let docker = try await RuntimeSelection.dockerRuntime(self.directory, http, self.logger) {
            try await self.endTasks(in: docker)
            try await docker.removeNetwork()
        }
    }

    private func endTasks(in runtime: any WorkloadRuntime) async throws {
        let sandboxes = try await runtime.sandboxes()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for sandbox in sandboxes { group.addTask { try await runtime.removeSandbox(sandbox) } }
            try await group.waitForAll()
        }
    }

    private func endProxy() async {
        do {
            let connection = try await ProxyConnection.connect(path: self.directory.proxySocket)
            connection.shutDownProxy(grace: .seconds(1))
            // The stream ends with the proxy.
            for await _ in connection.events {}
        } catch {
            self.logger.debug("no proxy answers", metadata: ["error": "\(error)"])
        }
    }
}
