internal import DeploymentEngine
internal import ECSAPI
internal import WorkloadRuntime

extension TaskBlueprint {
    /// What only a container engine can give; `nil` where the definition asks for nothing of the kind.
    func engineOptions(_ container: ECS.ContainerDefinition) -> EngineOptions? {
        var options = EngineOptions()
        options.links = container.parsedLinks
        options.dnsServers = container.dnsServers ?? []
        options.dnsSearchDomains = container.dnsSearchDomains ?? []
        options.dockerSecurityOptions = container.dockerSecurityOptions ?? []
        options.devices = (container.linuxParameters?.devices ?? []).map(EngineOptions.Device.init)
        options.volumesFrom = (container.volumesFrom ?? []).compactMap { source in
            source.sourceContainer.map { .init(container: $0, readOnly: source.readOnly ?? false) }
        }
        options.maxSwap = container.linuxParameters?.maxSwap
        options.swappiness = container.linuxParameters?.swappiness
        options.taskMemory = (self.overrides.memory ?? self.definition.memory).flatMap { Int($0) }
        options.taskCPU = (self.overrides.cpu ?? self.definition.cpu).flatMap { Int($0) }
        options.pidMode = self.definition.pidMode.flatMap { NamespaceMode(rawValue: $0.rawValue) }
        options.ipcMode = self.definition.ipcMode.flatMap { NamespaceMode(rawValue: $0.rawValue) }
        return options == EngineOptions() ? nil : options
    }
}

extension EngineOptions.Device {
    /// Without permissions, all three.
    fileprivate init(_ device: ECS.Device) {
        let permissions = (device.permissions ?? []).compactMap { permission in
            switch permission {
            case .read: "r"
            case .write: "w"
            case .mknod: "m"
            case .unknown: nil
            }
        }
        self.init(
            hostPath: device.hostPath, containerPath: device.containerPath ?? device.hostPath,
            permissions: permissions.isEmpty ? "rwm" : permissions.joined())
    }
}

extension ECS.ContainerDefinition {
    /// `name:alias`, or a name alone.
    var parsedLinks: [EngineOptions.Link] {
        (self.links ?? []).compactMap { link in
            let parts = link.split(separator: ":", maxSplits: 1).map(String.init)
            return parts.first.map { .init(container: $0, alias: parts.last ?? $0) }
        }
    }

    /// Containers that must be there before this one can be made.
    var requiredContainers: [String] {
        (self.parsedLinks.map(\.container) + (self.volumesFrom ?? []).compactMap(\.sourceContainer)).uniqued
    }
}

extension [String] {
    /// Without repetitions, in order.
    var uniqued: [String] {
        var seen: Set<String> = []
        return self.filter { seen.insert($0).inserted }
    }
}

extension RestartPlan {
    /// `nil` for a policy that is not enabled.
    init?(_ policy: ECS.ContainerRestartPolicy) {
        guard policy.enabled else { return nil }
        self.init(
            ignoredExitCodes: policy.ignoredExitCodes ?? [],
            attemptPeriod: .seconds(policy.restartAttemptPeriod ?? 300))
    }
}
