internal import AsyncHTTPClient
internal import Model
internal import NIOCore
internal import NIOHTTP1
package import WorkloadRuntime

extension DockerEngineRuntime {
    private static let outputLimit = 4096

    package func runHealthCommand(
        _ command: [String], in container: ContainerHandle, timeout: Duration
    ) async throws -> HealthCommandResult {
        do {
            let id = try await self.createExec(Self.arguments(of: command), in: container)
            let output = try await withThrowingTaskGroup(of: String?.self) { group in
                group.addTask { try await self.runExec(id) }
                group.addTask {
                    try await Task.sleep(for: timeout)
                    return nil
                }
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
            guard let output else {
                try await self.killExec(id, in: container)
                return .timedOut
            }
            let code = Int(try await self.engine.call(.GET, "/exec/\(id)/json")["ExitCode"]?.integer ?? -1)
            return code == 0 ? .passed : .failed(exitCode: code, output: output)
        } catch let error as EngineError {
            // The container does not run, or has no such program.
            return .failed(exitCode: -1, output: error.description)
        }
    }

    private static func arguments(of command: [String]) -> [String] {
        switch command.first {
        case "CMD-SHELL": ["/bin/sh", "-c", command.dropFirst().joined(separator: " ")]
        case "CMD": Array(command.dropFirst())
        case .some, nil: command
        }
    }

    private func createExec(_ arguments: [String], in container: ContainerHandle, user: String? = nil) async throws
        -> String
    {
        var body: [JSONValue.Member] = [
            .init("AttachStdout", .bool(true)), .init("AttachStderr", .bool(true)), .init("Cmd", .strings(arguments)),
        ]
        if let user { body.append(.init("User", .string(user))) }
        let reply = try await self.engine.call(.POST, "/containers/\(container.reference)/exec", json: .object(body))
        guard let id = reply["Id"]?.string else { throw EngineError(status: 500, message: "exec without an id") }
        return id
    }

    /// Runs to its end; returns the beginning of the output.
    private func runExec(_ id: String) async throws -> String {
        let body = EngineClient.Body(bytes: Array(#"{"Detach":false,"Tty":false}"#.utf8), type: "application/json")
        let response = try await self.engine.open(.POST, "/exec/\(id)/start", body: body, patience: .unlimited)
        var frames = FrameDecoder()
        var output: [UInt8] = []
        do {
            for try await chunk in response.body {
                for frame in frames.append(chunk) where output.count < Self.outputLimit { output += frame.bytes }
            }
        } catch {
            throw self.engine.interruption(error)
        }
        return String(decoding: output.prefix(Self.outputLimit), as: UTF8.self)
    }

    /// The API has no way to end an exec, so the container's own shell kills it and its children, which are its process group: by
    /// its pid there, which is the last number of `NSpid` of its pid here (proc(5)). In a container without a shell, or with
    /// an engine on another machine, the command runs on until the container ends. Nobody waits for the shell: the engine
    /// tells of its end only when it has given up on output that somebody may still hold open, seconds later.
    private func killExec(_ id: String, in container: ContainerHandle) async throws {
        guard let pid = try await self.engine.call(.GET, "/exec/\(id)/json")["Pid"]?.integer, pid > 0,
            let inner = HostProcessTable.innermostPID(of: pid)
        else { return }
        let killer = try await self.createExec(
            ["/bin/sh", "-c", "kill -KILL -\(inner) \(inner)"], in: container, user: "0")
        _ = try await self.engine.call(
            .POST, "/exec/\(killer)/start", json: .object([.init("Detach", .bool(true)), .init("Tty", .bool(false))]))
    }
}
