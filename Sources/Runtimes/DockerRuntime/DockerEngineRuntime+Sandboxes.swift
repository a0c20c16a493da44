internal import Model
package import WorkloadRuntime

extension DockerEngineRuntime {
    private static let loopback = "127.0.0.1"

    package func createSandbox(_ specification: SandboxSpecification) async throws -> Sandbox {
        do {
            if specification.networkMode != .awsvpc, specification.sharesNamespaces == true {
                try await self.createNamespaceHolder(specification)
            }
            switch specification.networkMode {
            case .awsvpc: return try await self.createPause(specification)
            case .bridge:
                _ = try await self.engine.gateway(ofNetwork: self.naming.network, labels: self.naming.labels)
                return self.sandbox(specification, address: self.publishAddress) { $0.hostPort ?? 0 }
            case .host: return self.sandbox(specification, address: Self.loopback) { $0.containerPort }
            case .none: return self.sandbox(specification, address: "") { _ in 0 }
            }
        } catch let error as EngineError {
            throw RuntimeFailure.resourceInitialization(error.description)
        }
    }

    private func sandbox(_ specification: SandboxSpecification, address: String, port: (PortRequest) -> Int) -> Sandbox
    {
        Sandbox(
            taskID: specification.taskID, runtime: .docker, networkMode: specification.networkMode,
            reference: self.naming.network, address: address, macAddress: nil,
            bindings: specification.ports.map {
                PortBinding(
                    containerName: $0.containerName, containerPort: $0.containerPort, address: address, port: port($0),
                    transport: $0.transport)
            })
    }

    private func createPause(_ specification: SandboxSpecification) async throws -> Sandbox {
        _ = try await self.engine.gateway(ofNetwork: self.naming.network, labels: self.naming.labels)
        let image = try await self.pauseImage()
        let labels = specification.labels.merging(self.labels(task: specification.taskID, mode: .awsvpc)) { _, own in
            own
        }
        .merging([Naming.portsLabel: PortList.text(of: specification.ports)]) { _, own in own }
        var host: [JSONValue.Member] = [
            .init("NetworkMode", .string(self.naming.network)), .init("IpcMode", .string("shareable")),
            .init("Dns", .strings(specification.dnsServers ?? [])),
            .init("DnsSearch", .strings(specification.dnsSearchDomains ?? [])),
        ]
        var body: [JSONValue.Member] = [
            .init("Image", .string(image)),
            .init("Entrypoint", .array([.string("/\(PauseProgram.path)")])),
            .init("Labels", .strings(labels)),
        ]
        if self.reachability == .published {
            let ports = specification.ports.map { PublishedPort($0, hostPort: nil) }
            host.append(.init("PortBindings", PublishedPort.bindings(ports, address: self.publishAddress)))
            body.append(.init("ExposedPorts", PublishedPort.exposed(ports)))
        }
        body.append(.init("HostConfig", .object(host)))
        let id = try await self.engine.createContainer(
            name: self.naming.sandbox(specification.taskID), .object(body))
        do {
            return try await self.startPause(id, task: specification.taskID)
        } catch let error as CancellationError {
            throw error
        } catch RuntimeFailure.unavailable(let reason) {
            // It will be asked for again, and found by its name.
            throw RuntimeFailure.unavailable(reason)
        } catch {
            // A task whose sandbox has failed has nothing to remove.
            try await self.engine.removeContainer(id)
            throw error
        }
    }

    /// Where the containers have no common network, but namespaces in common, one without a network holds these.
    private func createNamespaceHolder(_ specification: SandboxSpecification) async throws {
        let labels = specification.labels.merging(
            self.labels(task: specification.taskID, mode: specification.networkMode)
        ) { _, own in own }
        let id = try await self.engine.createContainer(
            name: self.naming.sandbox(specification.taskID),
            .object([
                .init("Image", .string(try await self.pauseImage())),
                .init("Entrypoint", .array([.string("/\(PauseProgram.path)")])), .init("Labels", .strings(labels)),
                .init(
                    "HostConfig",
                    .object([.init("NetworkMode", .string("none")), .init("IpcMode", .string("shareable"))])),
            ]))
        do {
            try await self.engine.startContainer(id)
        } catch let error as EngineError {
            try await self.engine.removeContainer(id)
            throw error
        }
    }

    private func startPause(_ id: String, task: String) async throws -> Sandbox {
        try await self.engine.startContainer(id)
        guard let state = try await self.engine.container(id), state.status == .running,
            let sandbox = self.sandbox(of: state)
        else { throw RuntimeFailure.resourceInitialization("the sandbox of task \(task) did not stay") }
        return sandbox
    }

    /// Made here from nothing: no registry is asked.
    private func pauseImage() async throws -> String {
        let reference = "\(Naming.pauseRepository):\(Naming.pauseTag)"
        if try await self.engine.image(reference) != nil { return reference }
        let architecture = try await self.engine.architecture()
        guard let program = PauseProgram.executable(for: architecture) else {
            throw RuntimeFailure.resourceInitialization(
                "awsvpc tasks cannot run on an engine of architecture \(architecture)")
        }
        try await self.engine.importImage(
            TarArchive.containing(PauseProgram.path, program), repository: Naming.pauseRepository, tag: Naming.pauseTag)
        return reference
    }

    func labels(task: String, mode: NetworkMode) -> [String: String] {
        self.naming.labels.merging([Naming.taskLabel: task, Naming.networkModeLabel: mode.rawValue]) { $1 }
    }

    package func removeSandbox(_ sandbox: Sandbox) async throws {
        let filter = self.naming.filter(task: sandbox.taskID)
        for id in try await self.engine.containers(labels: filter) { try await self.engine.removeContainer(id) }
        try await self.engine.removeVolumes(labels: filter)
    }

    /// From the sandbox containers of `awsvpc` tasks, and from the containers of the others.
    package func sandboxes() async throws -> [Sandbox] {
        var found: [String: Sandbox] = [:]
        for id in try await self.engine.containers(labels: self.naming.filter()) {
            guard let state = try await self.engine.container(id), let sandbox = self.sandbox(of: state) else {
                continue
            }
            if state.labels[Naming.portsLabel] != nil || found[sandbox.taskID] == nil {
                found[sandbox.taskID] = sandbox
            }
        }
        return found.values.sorted { $0.taskID < $1.taskID }
    }

    /// What the labels of a container say of its task's network.
    private func sandbox(of state: ContainerState) -> Sandbox? {
        guard let task = state.labels[Naming.taskLabel],
            let mode = state.labels[Naming.networkModeLabel].flatMap(NetworkMode.init)
        else { return nil }
        let network = state.networks[self.naming.network]
        let address = mode == .awsvpc && self.reachability == .direct ? network?.address ?? "" : self.publishAddress
        let ports = PortList.ports(from: state.labels[Naming.portsLabel] ?? "")
        return Sandbox(
            taskID: task, runtime: .docker, networkMode: mode, reference: state.id, address: address,
            macAddress: network?.macAddress,
            bindings: ports.map { request in
                let published = state.publishedPorts["\(request.containerPort)/\(request.transport.rawValue)"]
                return PortBinding(
                    containerName: request.containerName, containerPort: request.containerPort, address: address,
                    port: self.reachability == .direct ? request.containerPort : published ?? 0,
                    transport: request.transport)
            })
    }
}
