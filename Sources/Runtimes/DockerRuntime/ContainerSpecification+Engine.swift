internal import Model
internal import WorkloadRuntime

extension ContainerSpecification {
    /// What a container's body says of others: their names in the engine.
    struct Surroundings {
        var networkMode: String
        var ports: [PublishedPort]
        var publishAddress: String
        /// The container that holds the namespaces of the task.
        var sandbox: String
        var volume: (String) -> String
        var container: (String) -> String
    }

    /// The body of `POST /containers/create`.
    func engineBody(image: String, labels: [String: String], _ surroundings: Surroundings) -> JSONValue {
        let ports = surroundings.ports
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
                self.hostConfiguration(surroundings)),
        ]
        if let entryPoint { body.append(.init("Entrypoint", .strings(entryPoint))) }
        if let command { body.append(.init("Cmd", .strings(command))) }
        if let workingDirectory { body.append(.init("WorkingDir", .string(workingDirectory))) }
        if let user { body.append(.init("User", .string(user))) }
        if let hostname { body.append(.init("Hostname", .string(hostname))) }
        if let stopSignal { body.append(.init("StopSignal", .string(stopSignal))) }
        let links = self.engineOptions?.links.map { "\(surroundings.container($0.container)):\($0.alias)" } ?? []
        if !links.isEmpty {
            // The form that networks other than the engine's default one know.
            let endpoint = JSONValue.object([.init("Links", .strings(links))])
            body.append(
                .init(
                    "NetworkingConfig",
                    .object([.init("EndpointsConfig", .object([.init(surroundings.networkMode, endpoint)]))])))
        }
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

    private func hostConfiguration(_ surroundings: Surroundings) -> JSONValue {
        var host: [JSONValue.Member] = [
            .init("NetworkMode", .string(surroundings.networkMode)),
            .init(
                "PortBindings", PublishedPort.bindings(surroundings.ports, address: surroundings.publishAddress)),
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
            .init("Mounts", .array(self.mounts.compactMap { $0.engineMount(volume: surroundings.volume) })),
            .init("Tmpfs", .strings(self.temporaryFileSystems)),
            .init("Ulimits", .array(self.ulimits.map(\.engineUlimit))),
            .init("Sysctls", .strings(self.systemControls)),
            .init("CapAdd", .strings(self.capabilitiesAdded)),
            .init("CapDrop", .strings(self.capabilitiesDropped)),
            .init("ExtraHosts", .strings(self.extraHosts.map { "\($0.key):\($0.value)" }.sorted())),
        ]
        // ECS: CPU units are relative shares, of which the kernel wants at least two.
        if let cpu, cpu > 0 { host.append(.init("CpuShares", .integer(Int64(max(cpu, 2))))) }
        if let taskCPU = self.engineOptions?.taskCPU, taskCPU > 0 {
            // A quota may be more than the machine has; `NanoCpus` may not. A hundredth of the period is the least one.
            let period = 100_000
            host.append(.init("CpuPeriod", .integer(Int64(period))))
            host.append(.init("CpuQuota", .integer(Int64(max(taskCPU * period / 1024, period / 100)))))
        }
        if let memory = self.memory ?? self.engineOptions?.taskMemory {
            host.append(.init("Memory", .integer(Int64(memory) * 1_048_576)))
        }
        if let memoryReservation {
            host.append(.init("MemoryReservation", .integer(Int64(memoryReservation) * 1_048_576)))
        }
        if let sharedMemorySize { host.append(.init("ShmSize", .integer(Int64(sharedMemorySize) * 1_048_576))) }
        if let options = self.engineOptions { host += self.members(of: options, surroundings) }
        return .object(host)
    }

    private func members(of options: EngineOptions, _ surroundings: Surroundings) -> [JSONValue.Member] {
        var members: [JSONValue.Member] = [
            .init(
                "VolumesFrom",
                .strings(
                    options.volumesFrom.map {
                        "\(surroundings.container($0.container)):\($0.readOnly ? "ro" : "rw")"
                    })),
            .init("SecurityOpt", .strings(options.dockerSecurityOptions.map(Self.securityOption))),
            .init("Devices", .array(options.devices.map(\.engineDevice))),
        ]
        // Containers that join another one's network have its name servers.
        if !surroundings.networkMode.hasPrefix("container:") {
            members.append(.init("Dns", .strings(options.dnsServers)))
            members.append(.init("DnsSearch", .strings(options.dnsSearchDomains)))
        }
        if let swap = options.maxSwap, let memory = self.memory ?? options.taskMemory {
            members.append(.init("MemorySwap", .integer(Int64(memory + swap) * 1_048_576)))
            if let swappiness = options.swappiness {
                members.append(.init("MemorySwappiness", .integer(Int64(swappiness))))
            }
        }
        if let mode = options.pidMode {
            members.append(.init("PidMode", .string(mode.engineMode(surroundings.sandbox))))
        }
        if let mode = options.ipcMode {
            members.append(.init("IpcMode", .string(mode.engineMode(surroundings.sandbox))))
        }
        return members
    }

    /// The engine writes `label=…` where ECS writes `label:…`.
    private static func securityOption(_ option: String) -> String {
        guard !option.contains("="), let colon = option.firstIndex(of: ":") else { return option }
        return "\(option[..<colon])=\(option[option.index(after: colon)...])"
    }
}

extension NamespaceMode {
    fileprivate func engineMode(_ sandbox: String) -> String {
        switch self {
        case .host, .own: self.rawValue
        case .task: "container:\(sandbox)"
        }
    }
}

extension EngineOptions.Device {
    fileprivate var engineDevice: JSONValue {
        .object([
            .init("PathOnHost", .string(self.hostPath)), .init("PathInContainer", .string(self.containerPath)),
            .init("CgroupPermissions", .string(self.permissions)),
        ])
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
