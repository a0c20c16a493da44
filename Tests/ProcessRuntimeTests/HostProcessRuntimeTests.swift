internal import Glibc
internal import Logging
internal import Model
internal import Testing
internal import WorkloadRuntime

@testable internal import ProcessRuntime

/// What processes promise beyond the contract of all runtimes.
@Suite(.timeLimit(.minutes(1)))
struct HostProcessRuntimeTests {
    private func withRuntime(
        limits: HostProcessRuntime.OutputLimits = .init(), _ body: (HostProcessRuntime) async throws -> Void
    ) async throws {
        var template = Array("/tmp/teal-test-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let runtime = try HostProcessRuntime(
            tasksFolder: "\(folder)/tasks", shim: .init(executable: Self.shimPath, arguments: []),
            searchPath: "/usr/bin:/bin", outputLimits: limits, logger: Logger(label: "test"))
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(runtime)) } catch { outcome = .failure(error) }
        for sandbox in try await runtime.sandboxes() { try await runtime.removeSandbox(sandbox) }
        try Files.remove(folder)
        try outcome.get()
    }

    /// Built next to the test bundle.
    private static var shimPath: String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let own = [String(decoding: buffer.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)]
        let paths = (own + CommandLine.arguments).map { "\(Files.parent(of: $0))/TestShim" }
        return paths.first { access($0, X_OK) == 0 } ?? "TestShim"
    }

    private func sandbox(_ runtime: HostProcessRuntime, mode: NetworkMode = .awsvpc, ports: [PortRequest] = [])
        async throws
        -> Sandbox
    {
        try await runtime.createSandbox(
            SandboxSpecification(taskID: Identifiers.hex(32), networkMode: mode, ports: ports, labels: [:]))
    }

    private func shell(_ script: String, name: String = "web") -> ContainerSpecification {
        var specification = ContainerSpecification(name: name, image: "app:1")
        specification.entryPoint = ["/bin/sh", "-c", script]
        return specification
    }

    private func output(_ runtime: HostProcessRuntime, _ container: ContainerHandle) async throws -> [String] {
        try await runtime.logLines(of: container, after: nil).reduce(into: []) { $0.append($1.text) }
    }

    @Test func portsAreGivenToTheProgramAndBeatTheDefinition() async throws {
        try await self.withRuntime { runtime in
            let sandbox = try await self.sandbox(
                runtime,
                ports: [
                    PortRequest(containerName: "web", containerPort: 8080, hostPort: 8080, transport: .tcp),
                    PortRequest(containerName: "log", containerPort: 9000, hostPort: nil, transport: .tcp),
                ])
            var specification = self.shell("echo $PORT $PORT_8080 $PORT_9000")
            specification.environment = [.init("PORT", "8080")]
            let container = try await runtime.startContainer(specification, in: sandbox)
            let (own, other) = (sandbox.bindings[0].port, sandbox.bindings[1].port)
            #expect(try await self.output(runtime, container) == ["\(own) \(own) \(other)"])
            #expect(own != other)
            #expect((20000...29999).contains(own))
            #expect(container.bindings == [sandbox.bindings[0]])
        }
    }

    @Test func theProgramDiesWithItsShim() async throws {
        try await self.withRuntime { runtime in
            let container = try await runtime.startContainer(
                self.shell("sleep 600 & sleep 601"), in: try await self.sandbox(runtime))
            let record = try #require(try runtime.runFolder(of: container).started())
            kill(record.shim.pid, SIGKILL)
            let exit = try await runtime.waitForExit(of: container)
            #expect(exit.code == nil)
            #expect(try await runtime.inspect(container) == .exited(exit))
            #expect(try ProcessStatus.all { $0.session == record.shim.pid && $0.state != "Z" }.isEmpty)
        }
    }

    @Test func descendantsThatLeftTheGroupEndWithTheContainer() async throws {
        try await self.withRuntime { runtime in
            let container = try await runtime.startContainer(
                self.shell("setsid sleep 600 >/dev/null 2>&1 & echo $!; exec sleep 0.1"),
                in: try await self.sandbox(runtime))
            #expect(try await runtime.waitForExit(of: container).code == 0)
            let line = try #require(try await self.output(runtime, container).first)
            let pid = try #require(Int32(line))
            #expect(ProcessIdentity(running: pid) == nil)
        }
    }

    @Test func ulimitsHold() async throws {
        try await self.withRuntime { runtime in
            var specification = self.shell("ulimit -n")
            specification.ulimits = [.init(name: "nofile", soft: 77, hard: 88)]
            let container = try await runtime.startContainer(specification, in: try await self.sandbox(runtime))
            #expect(try await self.output(runtime, container) == ["77"])
        }
    }

    @Test func onlyTheLastOutputIsKept() async throws {
        var limits = HostProcessRuntime.OutputLimits()
        limits.segmentSize = 1000
        limits.segmentCount = 2
        try await self.withRuntime(limits: limits) { runtime in
            let container = try await runtime.startContainer(
                self.shell("for i in $(seq 500); do echo line $i; sleep 0; done"), in: try await self.sandbox(runtime))
            _ = try await runtime.waitForExit(of: container)
            let lines = try await self.output(runtime, container)
            #expect(lines.last == "line 500")
            #expect(lines.count < 400)
            let files = try Files.names(in: runtime.runFolder(of: container).path).filter { $0.hasPrefix("output.") }
            #expect(files.count == 2)
        }
    }

    @Test func withoutACommandNothingCanStart() async throws {
        try await self.withRuntime { runtime in
            let sandbox = try await self.sandbox(runtime)
            await #expect {
                try await runtime.startContainer(ContainerSpecification(name: "web", image: "app:1"), in: sandbox)
            } throws: { error in
                guard case RuntimeFailure.cannotStartContainer(let detail) = error else { return false }
                return detail.contains("no command") && detail.contains("app:1")
            }
        }
    }

    @Test(
        arguments: [
            { $0.privileged = true }, { $0.readonlyRootFilesystem = true }, { $0.hostname = "x" },
            { $0.mounts = [.init(source: .tmpfs(sizeInMiB: 1), containerPath: "/x", readOnly: false)] },
            { $0.mounts = [.init(source: .hostPath("/tmp"), containerPath: "/data", readOnly: false)] },
            { $0.extraHosts = ["db": "10.0.0.1"] }, { $0.user = "999999" },
        ] as [@Sendable (inout ContainerSpecification) -> Void])
    func whatAProcessCannotHaveIsRefused(change: @Sendable (inout ContainerSpecification) -> Void) async throws {
        var specification = self.shell("exit 0")
        #expect(specification.unsupportedByProcesses == nil)
        change(&specification)
        #expect(specification.unsupportedByProcesses != nil)
    }

    @Test func aFixedHostPortIsTakenOnce() async throws {
        let ports = PortAllotment(range: 23000...23100)
        let port = try #require(ports.allot(to: "a"))
        #expect(!ports.allot(port, to: "b"))
        ports.release("a")
        #expect(ports.allot(port, to: "b"))
    }
}
