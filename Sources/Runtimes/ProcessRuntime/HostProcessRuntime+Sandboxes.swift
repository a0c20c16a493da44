internal import Model
package import WorkloadRuntime

extension HostProcessRuntime {
    static let address = "127.0.0.1"

    /// Gives each requested port one of the host's: the one it asks for in bridge and host mode, any free one otherwise. The
    /// program is told by `PORT` and `PORT_<container port>`.
    package func createSandbox(_ specification: SandboxSpecification) async throws -> Sandbox {
        let folder = self.taskFolder(specification.taskID)
        return try await self.blocking { [ports] in
            if let stored = try SandboxRecord.read(from: folder) { return stored }
            let sandbox = Sandbox(
                taskID: specification.taskID, runtime: .process, networkMode: specification.networkMode,
                reference: folder,
                address: Self.address, macAddress: nil, bindings: try Self.bind(specification, from: ports))
            do {
                try Files.makeFolder(folder)
                try SandboxRecord.write(sandbox, to: folder)
            } catch {
                ports.release(specification.taskID)
                throw RuntimeFailure.resourceInitialization("\(error)")
            }
            return sandbox
        }
    }

    private static func bind(_ specification: SandboxSpecification, from ports: PortAllotment) throws -> [PortBinding] {
        do {
            return try specification.ports.map { request in
                PortBinding(
                    containerName: request.containerName, containerPort: request.containerPort, address: Self.address,
                    port: try Self.port(for: request, of: specification, from: ports), transport: request.transport)
            }
        } catch {
            ports.release(specification.taskID)
            throw error
        }
    }

    private static func port(
        for request: PortRequest, of specification: SandboxSpecification, from ports: PortAllotment
    ) throws -> Int {
        switch specification.networkMode {
        case .bridge, .host:
            if let wanted = request.hostPort, wanted != 0 {
                guard ports.allot(wanted, to: specification.taskID) else {
                    throw RuntimeFailure.resourceInitialization("host port \(wanted) is already in use")
                }
                return wanted
            }
        case .awsvpc, .none: break
        }
        guard let port = ports.allot(to: specification.taskID) else {
            throw RuntimeFailure.resourceInitialization("no free port is left for the process runtime")
        }
        return port
    }

    package func removeSandbox(_ sandbox: Sandbox) async throws {
        let folder = self.taskFolder(sandbox.taskID)
        for run in try await self.blocking({ try Self.runFolders(in: folder) }) {
            try await self.end(run, timeout: .zero)
        }
        try await self.blocking { try Files.remove(folder) }
        self.ports.release(sandbox.taskID)
    }

    package func sandboxes() async throws -> [Sandbox] {
        let folder = self.tasksFolder
        return try await self.blocking { try Self.storedSandboxes(in: folder) }
    }

    static func storedSandboxes(in tasksFolder: String) throws -> [Sandbox] {
        try Files.names(in: tasksFolder).sorted().compactMap { try SandboxRecord.read(from: "\(tasksFolder)/\($0)") }
    }

    private static func runFolders(in taskFolder: String) throws -> [RunFolder] {
        try Files.names(in: taskFolder).filter { $0.hasSuffix(RunFolder.suffix) }
            .map { RunFolder(path: "\(taskFolder)/\($0)") }
    }
}
