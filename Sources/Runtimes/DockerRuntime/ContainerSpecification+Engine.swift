internal import Model
internal import WorkloadRuntime

extension ContainerSpecification {
    /// The body of `POST /containers/create`. Volumes of the task are named by `volume`.
    func engineBody(
        image: String, labels: [String: String], networkMode: String, ports: [PublishedPort], publishAddress: String,
        volume: (String) -> String
    ) -> JSONValue {
        var body: [JSONValue.Member] = [
            .init("Image", .string(image)),
            .init("Env", .strings(self.uniqueEnvironment)),
            .init("Labels", .strings(self.dockerLabels.merging(labels) { _, own in own })),
            .init("Tty", .bool(self.pseudoTerminal)),
            .init("OpenStdin", .bool(self.interactive)),
            .init("ExposedPorts", PublishedPort.exposed(ports)),
            // Only checks of the task definition count; that of the image is turned off.
            .init("Healthcheck", .object([.init("Test", .strings(["NONE"]))])),
            .init(
                "HostConfig",
                self.hostConfiguration(
                    networkMode: networkMode, ports: ports, publishAddress: publishAddress, volume: volume)),
        ]
        if let entryPoint { body.append(.init("Entrypoint", .strings(entryPoint))) }
        if let command { body.append(.init("Cmd", .strings(command))) }
        if let workingDirectory { body.append(.init("WorkingDir", .string(workingDirectory))) }
        if let user { body.append(.init("User", .string(user))) }
        if let hostname { body.append(.init("Hostname", .string(hostname))) }
        if let stopSignal { body.append(.init("StopSignal", .string(stopSignal))) }
        return .object(body)
    }

    /// `NAME=value` in order; a later name wins.
    private var uniqueEnvironment: [String] {
        var names: [String] = []
        var values: [String: String] = [:]
        for variable in self.environment {
            if values.updateValue(variable.value, forKey: variable.name) == nil { names.append(variable.name) }
        }
        return names.map { "\($0)=\(values[$0] ?? "")" }
    }

    private func hostConfiguration(
        networkMode: String, ports: [PublishedPort], publishAddress: String, volume: (String) -> String
    ) -> JSONValue {
        var host: [JSONValue.Member] = [
            .init("NetworkMode", .string(networkMode)),
            .init("PortBindings", PublishedPort.bindings(ports, address: publishAddress)),
            .init("ReadonlyRootfs", .bool(self.readonlyRootFilesystem)),
            .init("Privileged", .bool(self.privileged)),
            .init("Init", .bool(self.initProcessEnabled)),
            .init("RestartPolicy", .object([.init("Name", .string("no"))])),
            // Readable over the API and bounded, whatever the engine's default is.
            .init(
                "LogConfig",
                .object([
                    .init("Type", .string("json-file")),
                    .init("Config", .strings(["max-size": "8m", "max-file": "3"])),
                ])),
            .init("Binds", .strings(self.mounts.compactMap(\.engineBind))),
            .init("Mounts", .array(self.mounts.compactMap { $0.engineMount(volume: volume) })),
            .init("Tmpfs", .strings(self.temporaryFileSystems)),
            .init("Ulimits", .array(self.ulimits.map(\.engineUlimit))),
            .init("Sysctls", .strings(self.systemControls)),
            .init("CapAdd", .strings(self.capabilitiesAdded)),
            .init("CapDrop", .strings(self.capabilitiesDropped)),
            .init("ExtraHosts", .strings(self.extraHosts.map { "\($0.key):\($0.value)" }.sorted())),
        ]
        // ECS: CPU units are relative shares, of which the kernel wants at least two.
        if let cpu, cpu > 0 { host.append(.init("CpuShares", .integer(Int64(max(cpu, 2))))) }
        if let memory { host.append(.init("Memory", .integer(Int64(memory) * 1_048_576))) }
        if let memoryReservation {
            host.append(.init("MemoryReservation", .integer(Int64(memoryReservation) * 1_048_576)))
        }
        if let sharedMemorySize { host.append(.init("ShmSize", .integer(Int64(sharedMemorySize) * 1_048_576))) }
        return .object(host)
    }
}

extension ContainerSpecification.Ulimit {
    fileprivate var engineUlimit: JSONValue {
        .object([
            .init("Name", .string(self.name)), .init("Soft", .integer(Int64(self.soft))),
            .init("Hard", .integer(Int64(self.hard))),
        ])
    }
}

extension ContainerSpecification {
    /// Options by container path, as `docker run --tmpfs` takes them.
    private var temporaryFileSystems: [String: String] {
        var systems: [String: String] = [:]
        for mount in self.mounts {
            guard case .tmpfs(let size, let options) = mount.source else { continue }
            systems[mount.containerPath] = (["size=\(size)m"] + (options ?? [])).joined(separator: ",")
        }
        return systems
    }
}

extension ContainerSpecification.Mount {
    /// Of the two forms that the engine has, the one that makes an absent folder of the host, as ECS does.
    fileprivate var engineBind: String? {
        guard case .hostPath(let path) = self.source else { return nil }
        return "\(path):\(self.containerPath)\(self.readOnly ? ":ro" : "")"
    }

    fileprivate func engineMount(volume: (String) -> String) -> JSONValue? {
        let name: String
        switch self.source {
        case .taskVolume(let own): name = volume(own)
        case .dockerVolume(let docker): name = docker.scope == .task ? volume(docker.name) : docker.name
        case .hostPath, .tmpfs: return nil
        }
        return .object([
            .init("Type", .string("volume")), .init("Source", .string(name)),
            .init("Target", .string(self.containerPath)), .init("ReadOnly", .bool(self.readOnly)),
        ])
    }
}
