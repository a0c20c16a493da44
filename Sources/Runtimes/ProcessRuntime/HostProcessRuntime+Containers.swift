internal import CLinux
internal import Glibc
internal import Model
package import WorkloadRuntime

extension HostProcessRuntime {
    package func startContainer(_ specification: ContainerSpecification, in sandbox: Sandbox) async throws
        -> ContainerHandle
    {
        try await self.start(specification, after: nil, in: sandbox)
    }

    package func restartContainer(
        _ specification: ContainerSpecification, after previous: ContainerHandle, in sandbox: Sandbox
    ) async throws -> ContainerHandle {
        try await self.start(specification, after: previous.startedAt, in: sandbox)
    }

    private func start(
        _ specification: ContainerSpecification, after previous: Timestamp?, in sandbox: Sandbox
    ) async throws -> ContainerHandle {
        if let member = specification.unsupportedByProcesses {
            throw RuntimeFailure.unsupported(
                "the process runtime cannot give container \(specification.name) \(member); use --runtime docker")
        }
        let folder = RunFolder(taskFolder: self.taskFolder(sandbox.taskID), container: specification.name)
        let record = try await self.blocking { [self] in
            do {
                return try self.start(specification, after: previous, in: sandbox, folder: folder)
            } catch let failure as StartFailure {
                throw RuntimeFailure.cannotStartContainer(failure.description)
            } catch let failure as SystemError {
                throw RuntimeFailure.cannotStartContainer(failure.description)
            }
        }
        self.watch(record, in: folder)
        return ContainerHandle(
            taskID: sandbox.taskID, name: specification.name, runtime: .process,
            reference: "\(sandbox.taskID)-\(record.leader)", imageDigest: nil, startedAt: record.startedAt,
            bindings: sandbox.bindings.filter { $0.containerName == specification.name })
    }

    /// Blocks until the program executes or cannot.
    /// - Parameter previous: the start of a run that has ended and is to be followed by another; `nil` for the first.
    private func start(
        _ specification: ContainerSpecification, after previous: Timestamp?, in sandbox: Sandbox, folder: RunFolder
    ) throws -> StartRecord {
        guard specification.name != ".", !specification.name.contains("/"), !specification.name.contains(".") else {
            throw StartFailure("\"\(specification.name)\" is no container name")
        }
        try Files.makeFolder(folder.path)
        let lock = try Descriptor(opening: folder.lockPath, O_RDWR | O_CREAT)
        guard flock(lock.raw, LOCK_EX | LOCK_NB) == 0 else { return try Self.awaitStart(in: folder, after: previous) }
        // It ran already, and has ended: it starts again only where that is asked for, and once for each end.
        if let record = try folder.started() {
            guard record.startedAt == previous else { return record }
            try folder.forgetRun()
        }

        try folder.write(try self.launchRecord(for: specification, in: sandbox))
        return try self.startShim(in: folder, lock: lock)
    }

    /// The shim inherits the locked descriptor and holds the lock while it lives, so that no second one can start.
    private func startShim(in folder: RunFolder, lock: borrowing Descriptor) throws -> StartRecord {
        var ends: [CInt] = [0, 0]
        guard teal_pipe(&ends) == 0 else { throw SystemError("pipe") }
        let report = Descriptor(adopting: ends[0])
        let pid: pid_t
        do {
            let reportEnd = Descriptor(adopting: ends[1])
            pid = try Spawn(
                executable: self.shim.executable,
                arguments: [self.shim.executable] + self.shim.arguments + [folder.path],
                environment: [], directory: "/", descriptors: [-1, -1, -1, reportEnd.raw, lock.raw], newSession: true
            ).start()
        } catch {
            throw StartFailure("the shim \(self.shim.executable) does not start: \(error.reason)")
        }
        let bytes = try report.readToEnd()
        // An empty or torn report: the shim died before it had anything to say.
        guard let json = try? JSONValue(parsing: bytes), let message = ShimReport(json: json) else {
            waitpid(pid, nil, 0)
            throw StartFailure("the shim ended before it started the container")
        }
        switch message {
        case .started(let record): return record
        case .failed(let reason):
            waitpid(pid, nil, 0)
            throw StartFailure(reason)
        }
    }

    /// The shim was started a moment ago by a control plane that is gone, or by a call that is still running.
    private static func awaitStart(in folder: RunFolder, after previous: Timestamp?) throws -> StartRecord {
        for _ in 0..<500 {
            if let record = try folder.started(), record.startedAt != previous { return record }
            usleep(10_000)
        }
        throw StartFailure("the shim in \(folder.path) does not start its container")
    }

    private func launchRecord(for specification: ContainerSpecification, in sandbox: Sandbox) throws -> LaunchRecord {
        let command = (specification.entryPoint ?? []) + (specification.command ?? [])
        guard let program = command.first else {
            throw StartFailure(
                "no command specified for container \(specification.name): processes run entryPoint and command, "
                    + "image \(specification.image) is only a label")
        }
        let own = "\(self.taskFolder(sandbox.taskID))/\(specification.name)"
        try Files.makeFolder(own)
        let workingDirectory = specification.workingDirectory ?? own
        let environment = ProcessEnvironment(specification, in: sandbox, searchPath: self.searchPath)
        let stopSignal = specification.stopSignal ?? "SIGTERM"
        guard let signal = Signals.number(of: stopSignal) else {
            throw StartFailure("unknown stop signal \"\(stopSignal)\"")
        }
        return LaunchRecord(
            executable: try ExecutableSearch.find(
                program, path: environment["PATH"] ?? self.searchPath, workingDirectory: workingDirectory),
            arguments: command, environment: environment.entries, workingDirectory: workingDirectory,
            limits: specification.ulimits.map { .init(name: $0.name, soft: $0.soft, hard: $0.hard) },
            stopSignal: signal, interactive: specification.interactive, segmentSize: self.outputLimits.segmentSize,
            segmentCount: self.outputLimits.segmentCount)
    }
}
