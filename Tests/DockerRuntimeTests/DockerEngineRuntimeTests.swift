internal import AsyncHTTPClient
internal import Glibc
internal import Logging
internal import Model
internal import Testing
internal import WorkloadRuntime

@testable internal import DockerRuntime

/// What Docker promises beyond the contract of all runtimes. Needs an engine at `DOCKER_HOST` and scripts/test-image.sh.
@Suite(.timeLimit(.minutes(2)))
struct DockerEngineRuntimeTests {
    private static let image = "teal-test/shell:1"

    private func withRuntime(
        _ reachability: DockerEngineRuntime.Reachability = .direct, _ body: (DockerEngineRuntime) async throws -> Void
    ) async throws {
        let http = HTTPClient(configuration: DockerEngineRuntime.httpConfiguration)
        var outcome: Result<Void, any Error>
        do {
            let host = getenv("DOCKER_HOST").map { String(cString: $0) } ?? ""
            guard let address = EngineAddress(host),
                await DockerEngineRuntime.answeringEngine(among: [address], http: http) != nil
            else { try Test.cancel("no container engine answers at DOCKER_HOST") }
            let runtime = DockerEngineRuntime(
                engine: address, dataDirectory: "/test/\(Identifiers.hex(16))", reachability: reachability, http: http,
                logger: Logger(label: "test"))
            do { outcome = .success(try await body(runtime)) } catch { outcome = .failure(error) }
            for sandbox in try await runtime.sandboxes() { try await runtime.removeSandbox(sandbox) }
            try await runtime.removeNetwork()
        } catch {
            outcome = .failure(error)
        }
        try await http.shutdown()
        try outcome.get()
    }

    private func sandbox(_ runtime: DockerEngineRuntime, _ mode: NetworkMode) async throws -> Sandbox {
        try await runtime.createSandbox(
            SandboxSpecification(
                taskID: Identifiers.hex(32), networkMode: mode,
                ports: [PortRequest(containerName: "web", containerPort: 8080, hostPort: nil, transport: .tcp)],
                labels: ["family": "web"]))
    }

    private func shell(_ script: String) -> ContainerSpecification {
        var specification = ContainerSpecification(name: "web", image: Self.image)
        specification.command = ["/bin/sh", "-c", script]
        return specification
    }

    @Test func anAwsvpcTaskHasAnAddressOfItsOwn() async throws {
        try await self.withRuntime { runtime in
            let first = try await self.sandbox(runtime, .awsvpc)
            let second = try await self.sandbox(runtime, .awsvpc)
            #expect(first.address != second.address)
            #expect(first.macAddress != nil)
            #expect(first.bindings.map(\.port) == [8080])
            let gateway = try #require(try await runtime.hostAddressForContainers())
            #expect(gateway.split(separator: ".").count == 4)
        }
    }

    @Test func aRootlessEngineIsReachedThroughPublishedPorts() async throws {
        try await self.withRuntime(.published) { runtime in
            let sandbox = try await self.sandbox(runtime, .awsvpc)
            #expect(sandbox.address == "127.0.0.1")
            #expect(try #require(sandbox.bindings.first).port > 0)
            #expect(try await runtime.sandboxes() == [sandbox])
        }
    }

    @Test func aBridgeTaskLearnsItsPortWhenItHasStarted() async throws {
        try await self.withRuntime { runtime in
            let sandbox = try await self.sandbox(runtime, .bridge)
            #expect(sandbox.bindings.map(\.port) == [0])
            let container = try await runtime.startContainer(self.shell("sleep 600"), in: sandbox)
            let binding = try #require(container.bindings.first)
            #expect(binding.port > 0)
            #expect(binding.containerPort == 8080)
        }
    }

    @Test func volumesOfATaskAreSharedAndGoWithIt() async throws {
        try await self.withRuntime { runtime in
            let sandbox = try await self.sandbox(runtime, .awsvpc)
            var writer = self.shell("echo kept > /data/file")
            writer.mounts = [.init(source: .taskVolume("data"), containerPath: "/data", readOnly: false)]
            let first = try await runtime.startContainer(writer, in: sandbox)
            #expect(try await runtime.waitForExit(of: first).code == 0)
            var reader = self.shell("cat /data/file")
            reader.name = "reader"
            reader.mounts = [.init(source: .taskVolume("data"), containerPath: "/data", readOnly: true)]
            let second = try await runtime.startContainer(reader, in: sandbox)
            let lines = try await runtime.logLines(of: second, after: nil).reduce(into: []) { $0.append($1.text) }
            #expect(lines == ["kept"])
        }
    }

    private func mount(_ volume: ContainerSpecification.DockerVolume) -> ContainerSpecification.Mount {
        .init(source: .dockerVolume(volume), containerPath: "/data", readOnly: false)
    }

    private func run(_ script: String, _ mounts: [ContainerSpecification.Mount], _ runtime: DockerEngineRuntime)
        async throws -> (code: Int?, lines: [String])
    {
        let sandbox = try await self.sandbox(runtime, .awsvpc)
        var specification = self.shell(script)
        specification.mounts = mounts
        let container = try await runtime.startContainer(specification, in: sandbox)
        let lines = try await runtime.logLines(of: container, after: nil).reduce(into: []) { $0.append($1.text) }
        let code = try await runtime.waitForExit(of: container).code
        try await runtime.removeSandbox(sandbox)
        return (code, lines)
    }

    @Test func aSharedVolumeOutlivesTheTaskAndATasksOwnDoesNot() async throws {
        try await self.withRuntime { runtime in
            let name = "teal-test-\(Identifiers.hex(8))"
            func volume(_ scope: ContainerSpecification.DockerVolume.Scope, size: String = "1m")
                -> ContainerSpecification.Mount
            {
                self.mount(
                    .init(
                        name: name, scope: scope, driver: "local",
                        driverOptions: ["type": "tmpfs", "device": "tmpfs", "o": "size=\(size)"], labels: ["team": "a"])
                )
            }
            func plain(_ scope: ContainerSpecification.DockerVolume.Scope) -> ContainerSpecification.Mount {
                self.mount(.init(name: name, scope: scope, driver: nil, driverOptions: [:], labels: ["team": "a"]))
            }
            await #expect(throws: RuntimeFailure.self) { try await self.run("true", [plain(.shared)], runtime) }
            do {
                #expect(try await self.run("echo kept > /data/file", [plain(.autoprovisioned)], runtime).code == 0)
                #expect(try await self.run("cat /data/file", [plain(.shared)], runtime).lines == ["kept"])
                #expect(try await self.run("cat /data/file", [plain(.autoprovisioned)], runtime).lines == ["kept"])
                #expect(try await runtime.engine.volume(name)?.labels["team"] == "a")
                // It is another one than asked for.
                await #expect(throws: RuntimeFailure.self) {
                    try await self.run("true", [volume(.autoprovisioned)], runtime)
                }
                #expect(try await self.run("ls /data; echo kept > /data/file", [plain(.task)], runtime).lines == [])
                #expect(
                    try await self.run("ls /data; cat /proc/mounts", [volume(.task)], runtime).lines.contains {
                        $0.hasPrefix("tmpfs /data tmpfs") && $0.contains("size=1024k")
                    })
            } catch {
                Issue.record(error)
            }
            try await runtime.engine.removeVolume(name)
        }
    }

    @Test func anAbsentFolderOfTheHostIsMade() async throws {
        try await self.withRuntime { runtime in
            let folder = "/tmp/teal-test-\(Identifiers.hex(8))"
            let written = try await self.run(
                "echo x > /data/file",
                [.init(source: .hostPath("\(folder)/new"), containerPath: "/data", readOnly: false)], runtime)
            #expect(written.code == 0)
            let read = try await self.run(
                "cat /data/file; echo y > /data/file || echo read-only",
                [.init(source: .hostPath("\(folder)/new"), containerPath: "/data", readOnly: true)], runtime)
            #expect(read.lines.contains("x") && read.lines.contains("read-only"))
            _ = try await self.run(
                "rm -rf /data/new", [.init(source: .hostPath(folder), containerPath: "/data", readOnly: false)], runtime
            )
            rmdir(folder)
        }
    }

    @Test func optionsOfATemporaryFileSystemAreApplied() async throws {
        try await self.withRuntime { runtime in
            let mount = ContainerSpecification.Mount(
                source: .tmpfs(sizeInMiB: 2, options: ["mode=0710", "noatime"]), containerPath: "/scratch",
                readOnly: false)
            let lines = try await self.run("cat /proc/mounts", [mount], runtime).lines
            let line = try #require(lines.first { $0.contains(" /scratch ") })
            #expect(line.hasPrefix("tmpfs /scratch tmpfs"))
            for option in ["size=2048k", "mode=710", "noatime", "nosuid"] { #expect(line.contains(option)) }
        }
    }

    @Test func aSandboxThatCannotStartLeavesNothingBehind() async throws {
        try await self.withRuntime(.published) { runtime in
            let other = DockerEngineRuntime(
                engine: runtime.engine.address, dataDirectory: "/test/\(Identifiers.hex(16))", reachability: .published,
                // An address that this machine does not have: TEST-NET-1.
                publishAddress: "192.0.2.1", http: runtime.engine.http, logger: Logger(label: "test"))
            await #expect(throws: RuntimeFailure.self) { try await self.sandbox(other, .awsvpc) }
            #expect(try await other.engine.containers(labels: other.naming.filter()) == [])
            try await other.removeNetwork()
        }
    }

    @Test func limitsAndOptionsReachTheContainer() async throws {
        try await self.withRuntime { runtime in
            var specification = self.shell("ulimit -n; (echo x > /x) || echo read-only")
            specification.ulimits = [.init(name: "nofile", soft: 77, hard: 88)]
            specification.readonlyRootFilesystem = true
            specification.memory = 64
            specification.cpu = 1
            let container = try await runtime.startContainer(
                specification, in: try await self.sandbox(runtime, .awsvpc))
            let output = try await runtime.logLines(of: container, after: nil).reduce(into: []) { $0.append($1) }
            let lines = output.filter { $0.source == .standardOutput }.map(\.text)
            #expect(lines == ["77", "read-only"])
        }
    }

    @Test func anImageThatCannotBePulledSaysSo() async throws {
        try await self.withRuntime { runtime in
            // Nothing listens there.
            await #expect {
                try await runtime.prepareImage("127.0.0.1:1/nothing:1", digest: nil)
            } throws: { error in
                guard case RuntimeFailure.cannotPullContainer(let detail) = error else { return false }
                return detail.hasPrefix("Error response from daemon:")
            }
            let digest = try #require(try await runtime.prepareImage(Self.image, digest: nil))
            #expect(digest.hasPrefix("sha256:"))
            var specification = self.shell("exit 6")
            specification.imageDigest = digest
            let container = try await runtime.startContainer(
                specification, in: try await self.sandbox(runtime, .awsvpc))
            #expect(try await runtime.waitForExit(of: container).code == 6)
        }
    }
}
