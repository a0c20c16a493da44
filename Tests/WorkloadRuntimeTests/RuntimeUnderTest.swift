internal import AsyncHTTPClient
internal import DockerRuntime
internal import Glibc
internal import Logging
internal import Model
internal import ProcessRuntime
internal import Testing
internal import WorkloadRuntime

/// The runtimes that the contract suite runs over. Docker's part needs an engine at `DOCKER_HOST` with the image of
/// scripts/test-image.sh, and is cancelled with that reason where there is none.
enum RuntimeUnderTest: String, CaseIterable, CustomTestStringConvertible {
    case process
    case docker

    var testDescription: String { self.rawValue }

    /// Gives the body a runtime with an empty data directory, and a way to open a second one over the same directory, as a
    /// restarted control plane does. Everything is gone afterwards.
    func with(_ body: (_ fixture: RuntimeFixture) async throws -> Void) async throws {
        let http = HTTPClient(configuration: DockerEngineRuntime.httpConfiguration)
        let folder = try temporaryFolder()
        var outcome: Result<Void, any Error>
        do {
            let fixture = try RuntimeFixture(runtime: try await self.opener(http: http), folder: folder)
            do {
                outcome = .success(try await body(fixture))
            } catch {
                outcome = .failure(error)
            }
            for sandbox in try await fixture.runtime.sandboxes() { try await fixture.runtime.removeSandbox(sandbox) }
            if let docker = fixture.runtime as? DockerEngineRuntime { try await docker.removeNetwork() }
        } catch {
            outcome = .failure(error)
        }
        rmdir("\(folder)/tasks")
        rmdir(folder)
        try await http.shutdown()
        try outcome.get()
    }

    private func opener(http: HTTPClient) async throws -> @Sendable (_ folder: String) throws -> any WorkloadRuntime {
        let logger = Logger(label: "contract")
        switch self {
        case .process:
            return { folder in
                try HostProcessRuntime(
                    tasksFolder: "\(folder)/tasks", shim: .init(executable: testShimPath(), arguments: []),
                    searchPath: "/usr/local/bin:/usr/bin:/bin", logger: logger)
            }
        case .docker:
            let host = getenv("DOCKER_HOST").map { String(cString: $0) } ?? ""
            guard let address = EngineAddress(host),
                await DockerEngineRuntime.answeringEngine(among: [address], http: http) != nil
            else { try Test.cancel("no container engine answers at DOCKER_HOST") }
            return { folder in
                DockerEngineRuntime(
                    engine: address, dataDirectory: folder, reachability: .direct, http: http, logger: logger)
            }
        }
    }
}

struct RuntimeFixture: Sendable {
    let folder: String
    let runtime: any WorkloadRuntime
    private let open: @Sendable (_ folder: String) throws -> any WorkloadRuntime

    init(runtime open: @escaping @Sendable (_ folder: String) throws -> any WorkloadRuntime, folder: String) throws {
        self.folder = folder
        self.open = open
        self.runtime = try open(folder)
    }

    /// A runtime over the same directory that knows nothing but what it finds.
    func restarted() throws -> any WorkloadRuntime { try self.open(self.folder) }

    func sandbox(ports: [PortRequest] = []) async throws -> Sandbox {
        try await self.runtime.createSandbox(
            SandboxSpecification(taskID: Identifiers.hex(32), networkMode: .awsvpc, ports: ports, labels: [:]))
    }

    /// Starts a line of shell in a new sandbox.
    func start(_ script: String, change: (inout ContainerSpecification) -> Void = { _ in }) async throws
        -> ContainerHandle
    {
        var specification = shell(script)
        change(&specification)
        return try await self.runtime.startContainer(specification, in: try await self.sandbox())
    }

    func output(of container: ContainerHandle, after position: LogPosition? = nil) async throws -> [LogLine] {
        try await self.runtime.logLines(of: container, after: position).reduce(into: []) { $0.append($1) }
    }

    /// Waits for a line of output: the program has come so far.
    func waitForLine(_ text: String, of container: ContainerHandle) async throws {
        for try await line in self.runtime.logLines(of: container, after: nil) where line.text == text { return }
        throw MissingLine(text: text)
    }

    struct MissingLine: Error {
        let text: String
    }
}

func shell(_ script: String, name: String = "web") -> ContainerSpecification {
    var specification = ContainerSpecification(name: name, image: testImage)
    specification.entryPoint = ["/bin/sh", "-c"]
    specification.command = [script]
    return specification
}

/// Made by scripts/test-image.sh.
let testImage = "teal-test/shell:1"

func temporaryFolder() throws -> String {
    var template = Array("/tmp/teal-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw RuntimeFailure.unavailable("no temporary folder") }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// Built next to the test bundle.
func testShimPath() -> String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    let own = String(decoding: buffer.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // `swift test` may run the tests from a helper of the toolchain; the arguments then name the bundle.
    let candidates = [own] + CommandLine.arguments
    for candidate in candidates {
        guard let slash = candidate.lastIndex(of: "/") else { continue }
        let shim = candidate[..<slash] + "/TestShim"
        if access(String(shim), X_OK) == 0 { return String(shim) }
    }
    return "TestShim"
}
