internal import Logging
internal import Model
package import WorkloadRuntime

extension DockerEngineRuntime {
    package func startContainer(_ specification: ContainerSpecification, in sandbox: Sandbox) async throws
        -> ContainerHandle
    {
        try await self.start(try await self.create(specification, in: sandbox), specification, in: sandbox)
    }

    /// It is the same container of the engine, found by its own start whether it was started again already.
    package func restartContainer(
        _ specification: ContainerSpecification, after previous: ContainerHandle, in sandbox: Sandbox
    ) async throws -> ContainerHandle {
        let id = try await self.create(specification, in: sandbox)
        do {
            if let state = try await self.engine.container(id), case .exited = state.status,
                state.startedAt == previous.startedAt
            {
                try await self.engine.startContainer(id)
            }
        } catch let error as EngineError {
            throw RuntimeFailure.cannotStartContainer(error.description)
        }
        return try await self.start(id, specification, in: sandbox)
    }

    private func start(
        _ id: String, _ specification: ContainerSpecification, in sandbox: Sandbox
    ) async throws -> ContainerHandle {
        do {
            if try await self.engine.container(id)?.status == .created { try await self.engine.startContainer(id) }
        } catch let error as EngineError {
            throw RuntimeFailure.cannotStartContainer(error.description)
        }
        guard let state = try await self.engine.container(id) else {
            throw RuntimeFailure.cannotStartContainer("container \(specification.name) was removed while it started")
        }
        return ContainerHandle(
            taskID: sandbox.taskID, name: specification.name, runtime: .docker, reference: state.id,
            imageDigest: specification.imageDigest ?? state.imageID,
            startedAt: state.startedAt ?? SystemWallClock().now(),
            bindings: self.bindings(of: specification.name, in: sandbox, state: state))
    }

    private func create(_ specification: ContainerSpecification, in sandbox: Sandbox) async throws -> String {
        let name = self.naming.container(specification.name, of: sandbox.taskID)
        let labels = self.labels(task: sandbox.taskID, mode: sandbox.networkMode)
            .merging([Naming.containerLabel: specification.name]) { $1 }
        do {
            if let existing = try await self.engine.container(name) { return existing.id }
            try await self.provideVolumes(of: specification, task: sandbox.taskID)
            let own = sandbox.bindings.filter { $0.containerName == specification.name }
            return try await self.engine.createContainer(
                name: name,
                specification.engineBody(
                    image: try await self.imageToRun(specification), labels: labels,
                    .init(
                        networkMode: self.networkMode(of: sandbox),
                        ports: sandbox.networkMode == .bridge ? own.map(PublishedPort.init) : [],
                        publishAddress: self.publishAddress, sandbox: self.naming.sandbox(sandbox.taskID),
                        volume: { self.naming.volume($0, of: sandbox.taskID) },
                        container: { self.naming.container($0, of: sandbox.taskID) })))
        } catch let error as EngineError {
            throw RuntimeFailure.cannotCreateContainer(error.description)
        }
    }

    private func networkMode(of sandbox: Sandbox) -> String {
        switch sandbox.networkMode {
        case .awsvpc: "container:\(self.naming.sandbox(sandbox.taskID))"
        case .bridge: self.naming.network
        case .host: "host"
        case .none: "none"
        }
    }

    private func bindings(of name: String, in sandbox: Sandbox, state: ContainerState) -> [PortBinding] {
        sandbox.bindings.filter { $0.containerName == name }.map { binding in
            var binding = binding
            if sandbox.networkMode == .bridge {
                binding.port = state.publishedPorts[PublishedPort(binding).key] ?? binding.port
            }
            return binding
        }
    }

    package func inspect(_ container: ContainerHandle) async throws -> ContainerObservation {
        guard let state = try await self.engine.container(container.reference) else { return .gone }
        switch state.status {
        // Never started, so there is no exit to tell of.
        case .created: return .gone
        case .running: return .running
        case .exited(let code, let outOfMemory, let at):
            return .exited(ContainerExit(code: code, outOfMemory: outOfMemory, at: at))
        }
    }

    /// Goes on waiting while the engine is restarted: containers may run on meanwhile.
    package func waitForExit(of container: ContainerHandle) async throws -> ContainerExit {
        while true {
            do {
                try await self.engine.waitForContainer(container.reference)
                switch try await self.inspect(container) {
                case .exited(let exit): return exit
                case .gone: return ContainerExit(code: nil, outOfMemory: false, at: SystemWallClock().now())
                case .running: continue
                }
            } catch RuntimeFailure.unavailable(let reason) {
                self.logger.debug("waiting for the container engine", metadata: ["reason": "\(reason)"])
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    /// The engine itself waits and kills, so that a stop goes on where the control plane dies in the middle of it.
    package func stopContainer(_ container: ContainerHandle, timeout: Duration) async throws -> ContainerExit {
        let seconds = timeout.components.seconds + (timeout.components.attoseconds > 0 ? 1 : 0)
        try await self.engine.stopContainer(container.reference, seconds: Int(seconds))
        return try await self.waitForExit(of: container)
    }

    package func logLines(of container: ContainerHandle, after position: LogPosition?) -> AsyncThrowingStream<
        LogLine, any Error
    > {
        let follower = OutputFollower(
            engine: self.engine, container: container.reference, after: position.flatMap(LogPlace.init))
        return AsyncThrowingStream { try await follower.next() }
    }
}
