internal import AsyncHTTPClient
internal import DockerRuntime
internal import Logging
internal import ProcessRuntime
internal import ServerFiles
internal import WorkloadRuntime

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The runtime that a server's tasks run in, and the address at which they find the host.
struct RuntimeSelection: Sendable {
    let runtime: any WorkloadRuntime
    /// `docker` or `process`.
    let name: String
    /// `nil` where tasks share the host's loopback.
    let hostAddress: String?

    /// - Throws: `ServerFailure` where Docker is asked for and no engine answers.
    static func choose(
        _ choice: ServerConfiguration.RuntimeChoice, _ directory: DataDirectory, executable: String, http: HTTPClient,
        logger: Logger
    ) async throws -> RuntimeSelection {
        switch choice {
        case .process: return try Self.process(directory, executable, logger)
        case .docker:
            guard let selection = try await Self.docker(directory, http, logger) else {
                throw ServerFailure("no Docker engine answers; start one, set DOCKER_HOST, or pass --runtime process")
            }
            return selection
        case .auto:
            return try await Self.docker(directory, http, logger) ?? Self.process(directory, executable, logger)
        }
    }

    private static func process(_ directory: DataDirectory, _ executable: String, _ logger: Logger) throws
        -> RuntimeSelection
    {
        RuntimeSelection(
            runtime: try self.processRuntime(directory, executable, logger), name: "process", hostAddress: nil)
    }

    static func processRuntime(_ directory: DataDirectory, _ executable: String, _ logger: Logger) throws
        -> HostProcessRuntime
    {
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin"
        return try HostProcessRuntime(
            tasksFolder: directory.tasks, shim: .init(executable: executable, arguments: ["shim"]), searchPath: path,
            logger: logger)
    }

    private static func docker(_ directory: DataDirectory, _ http: HTTPClient, _ logger: Logger) async throws
        -> RuntimeSelection?
    {
        guard let runtime = try await self.dockerRuntime(directory, http, logger) else { return nil }
        return RuntimeSelection(
            runtime: runtime, name: "docker", hostAddress: try await runtime.hostAddressForContainers())
    }

    /// `nil` where no engine answers. Makes nothing in the engine.
    static func dockerRuntime(_ directory: DataDirectory, _ http: HTTPClient, _ logger: Logger) async throws
        -> DockerEngineRuntime?
    {
        var environment: [String: String] = [:]
        for name in ["DOCKER_HOST", "XDG_RUNTIME_DIR"] { environment[name] = getenv(name).map { String(cString: $0) } }
        let candidates = EngineAddress.candidates(environment: environment, userID: getuid())
        guard let engine = await DockerEngineRuntime.answeringEngine(among: candidates, http: http) else { return nil }
        return DockerEngineRuntime(
            engine: engine, dataDirectory: directory.path,
            reachability: try await DockerEngineRuntime.reachability(of: engine, http: http),
            http: http, logger: logger)
    }
}
