internal import Glibc
internal import Model
package import WorkloadRuntime

extension HostProcessRuntime {
    /// How much of a failing command's output is told.
    private static let outputLimit = 4096

    /// Runs the command next to the container: same environment (`PORT` included) and working directory. `CMD` runs a program,
    /// `CMD-SHELL` a line of `/bin/sh`.
    package func runHealthCommand(
        _ command: [String], in container: ContainerHandle, timeout: Duration
    ) async throws -> HealthCommandResult {
        let folder = self.runFolder(of: container)
        let output = "\(folder.path)/health.\(Identifiers.hex(8))"
        let check: pid_t
        do {
            check = try await self.blocking {
                try Self.startCheck(command, in: folder, output: output, timeout: timeout)
            }
        } catch let failure as StartFailure {
            return .failed(exitCode: 127, output: failure.description)
        }
        let hasEnded: Bool
        do {
            hasEnded = try await self.waitForEnd(of: check, timeout: timeout)
        } catch {
            self.blocking.enqueue { _ = Self.endCheck(check, output: output) }
            throw error
        }
        let (code, text) = try await self.blocking { Self.endCheck(check, output: output) }
        guard hasEnded else { return .timedOut }
        return code == 0 ? .passed : .failed(exitCode: code, output: text)
    }

    private static func endCheck(_ check: pid_t, output: String) -> (code: Int, output: String) {
        // Unreaped until here, so the group is ours.
        kill(-check, SIGKILL)
        var status: CInt = 0
        while waitpid(check, &status, 0) < 0, errno == EINTR {}
        // The folder may have been removed meanwhile; the verdict does not depend on the output.
        let text = (try? Files.read(output)).flatMap { $0 } ?? []
        unlink(output)
        let signal = status & 0x7f
        return (
            signal == 0 ? Int(status >> 8 & 0xff) : 128 + Int(signal),
            String(decoding: text.prefix(Self.outputLimit), as: UTF8.self)
        )
    }

    private static func startCheck(
        _ command: [String], in folder: RunFolder, output: String, timeout: Duration
    ) throws -> pid_t {
        guard let launch = try folder.launch() else { throw StartFailure("the container is gone") }
        let arguments = try Self.arguments(of: command)
        let path = launch.environment.last { $0.hasPrefix("PATH=") }.map { String($0.dropFirst(5)) } ?? ""
        let executable = try ExecutableSearch.find(
            arguments.first ?? "", path: path, workingDirectory: launch.workingDirectory)
        let file = try Descriptor(opening: output, O_WRONLY | O_CREAT | O_APPEND)
        let deadline = UInt32(clamping: timeout.components.seconds + 5)
        do {
            return try Spawn(
                executable: executable, arguments: arguments, environment: launch.environment,
                directory: launch.workingDirectory, descriptors: [-1, file.raw, file.raw], newGroup: true,
                // Ends a hanging command when the control plane dies meanwhile.
                alarmSeconds: deadline
            ).start()
        } catch {
            unlink(output)
            throw StartFailure("exec \"\(executable)\": \(error.reason)")
        }
    }

    private static func arguments(of command: [String]) throws(StartFailure) -> [String] {
        switch command.first {
        case "CMD-SHELL": return ["/bin/sh", "-c", command.dropFirst().joined(separator: " ")]
        case "CMD": return Array(command.dropFirst())
        case .some: return command
        case nil: throw StartFailure("the health command is empty")
        }
    }

    private func waitForEnd(of check: pid_t, timeout: Duration) async throws -> Bool {
        let ended = Wakeups<Int32>()
        try self.processes.watchChild(check) { ended.signal(check) }
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await ended.wait(for: check, beyond: 0)
                return true
            }
            group.addTask {
                try await Task.sleep(for: timeout)
                return false
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
    }
}
