internal import Glibc
internal import Logging
internal import Model
package import WorkloadRuntime

extension HostProcessRuntime {
    package func inspect(_ container: ContainerHandle) async throws -> ContainerObservation {
        try await self.observe(self.runFolder(of: container))
    }

    package func waitForExit(of container: ContainerHandle) async throws -> ContainerExit {
        try await self.waitForExit(in: self.runFolder(of: container))
    }

    package func stopContainer(_ container: ContainerHandle, timeout: Duration) async throws -> ContainerExit {
        try await self.end(self.runFolder(of: container), timeout: timeout)
    }

    @discardableResult
    func end(_ folder: RunFolder, timeout: Duration) async throws -> ContainerExit {
        let started = try await self.blocking { try folder.started() }
        if case .running = try await self.observe(folder), let shim = started?.shim {
            shim.send(SIGTERM)
            if let exit = try await self.exit(in: folder, within: timeout) { return exit }
            shim.send(SIGUSR2)
            if let exit = try await self.exit(in: folder, within: .seconds(5)) { return exit }
            // A shim that does not answer takes its container with it.
            shim.send(SIGKILL)
        }
        return try await self.waitForExit(in: folder)
    }

    /// `nil` when the container still runs after `timeout`.
    private func exit(in folder: RunFolder, within timeout: Duration) async throws -> ContainerExit? {
        try await withThrowingTaskGroup(of: ContainerExit?.self) { group in
            group.addTask { try await self.waitForExit(in: folder) }
            group.addTask {
                try await Task.sleep(for: timeout)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    private func waitForExit(in folder: RunFolder) async throws -> ContainerExit {
        while true {
            let version = self.exits.version(of: folder)
            switch try await self.observe(folder) {
            case .exited(let exit): return exit
            case .gone: return ContainerExit(code: nil, outOfMemory: false, at: SystemWallClock().now())
            case .running: try await self.exits.wait(for: folder, beyond: version)
            }
        }
    }

    /// What the folder says, checked against the process table. A running container is watched from then on.
    func observe(_ folder: RunFolder) async throws -> ContainerObservation {
        let (observation, record) = try await self.blocking { try Self.look(at: folder) }
        if case .running = observation, let record { self.watch(record, in: folder) }
        return observation
    }

    private static func look(at folder: RunFolder) throws -> (ContainerObservation, StartRecord?) {
        if let exit = try folder.exit() { return (.exited(exit.containerExit), nil) }
        guard let record = try folder.started(), record.shim.isOfThisBoot else { return (.gone, nil) }
        if record.shim.isRunning { return (.running, record) }
        // It may have ended properly since the first line.
        if let exit = try folder.exit() { return (.exited(exit.containerExit), nil) }
        return (.exited(try Self.bury(record, in: folder).containerExit), nil)
    }

    /// The shim was killed, and its program by the kernel with it. Ends what they leave behind, and writes the exit down so
    /// that everybody sees the same one.
    private static func bury(_ record: StartRecord, in folder: RunFolder) throws -> ExitRecord {
        // The shim led the session: as long as a member lives, the kernel gives its id to nobody else.
        for orphan in try ProcessStatus.all(where: { $0.session == record.shim.pid && $0.state != "Z" }) {
            kill(orphan.pid, SIGKILL)
        }
        let exit = ExitRecord(code: nil, at: SystemWallClock().now())
        do throws(SystemError) {
            try folder.write(exit)
        } catch {
            // On a full disk the next look finds the same, a little later.
            guard error.code == ENOSPC || error.code == EDQUOT else { throw error }
        }
        return exit
    }

    func watch(_ record: StartRecord, in folder: RunFolder) {
        self.processes.watch(record.shim) { [exits, output, blocking, logger] in
            blocking.enqueue {
                do {
                    _ = try Self.look(at: folder)
                } catch  where !Files.exists(folder.path) {
                    // Its sandbox is being removed: nobody asks for this end any more.
                } catch {
                    logger.error(
                        "cannot record the end of a container",
                        metadata: ["folder": "\(folder.path)", "error": "\(error)"])
                }
                exits.signal(folder)
                output.signal(folder.path)
            }
        }
    }
}

extension ExitRecord {
    fileprivate var containerExit: ContainerExit {
        // The kernel does not tell who killed a process, so an out-of-memory kill looks like any other.
        ContainerExit(code: self.code, outOfMemory: false, at: self.at)
    }
}
