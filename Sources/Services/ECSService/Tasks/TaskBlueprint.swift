internal import DeploymentEngine
internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol
internal import WorkloadRuntime

/// Makes tasks out of a task definition and what a service or RunTask adds to it.
struct TaskBlueprint: Sendable {
    let definition: ECS.TaskDefinition
    let cluster: String
    let scope: Scope
    var overrides = ECS.TaskOverride()
    var launchType: ECS.LaunchType?
    var capacityProvider: String?
    var platformVersion: String?
    var network: ECS.NetworkConfiguration?
    var loadBalancers: [ECS.LoadBalancer] = []
    var enableExecuteCommand = false
    /// Added to every container: the way back to the API.
    let taskEnvironment: TaskEnvironment

    /// The next task goes to this provider of a strategy, and is of the launch type that it stands for.
    mutating func place(with provider: String?) {
        guard let provider else { return }
        self.capacityProvider = provider
        self.launchType = CapacityProviders.predefined.contains(provider) ? .fargate : .ec2
    }

    /// A fresh task; nothing of it exists yet.
    func task(
        group: String, service: String?, revision: String?, startedBy: String?, clientToken: String?, at now: Timestamp
    ) throws -> StoredTask {
        let id = Identifiers.hex(32)
        let targets = self.loadBalancers.compactMap { loadBalancer in
            loadBalancer.targetGroupArn.map {
                TaskAssembly.Target(
                    targetGroupARN: $0, containerName: loadBalancer.containerName ?? "",
                    containerPort: loadBalancer.containerPort ?? 0)
            }
        }
        let containers = self.definition.containerDefinitions ?? []
        var identifiers: [String: String] = [:]
        for container in containers { identifiers[container.name ?? ""] = Identifiers.uuid() }
        let secret = Identifiers.base64URL(43)
        var assembly = TaskAssembly(
            taskDefinitionARN: self.definition.taskDefinitionArn ?? "", launchType: self.launchType?.rawValue,
            capacityProvider: self.capacityProvider,
            platformVersion: self.platformVersion, cpu: self.overrides.cpu ?? self.definition.cpu,
            memory: self.overrides.memory ?? self.definition.memory,
            subnet: self.network?.awsvpcConfiguration?.subnets.first, networkInterfaceID: "eni-" + Identifiers.hex(17),
            attachmentID: Identifiers.uuid(), containerIDs: identifiers,
            containers: containers.map { self.specification($0, task: id, secret: secret) },
            sandboxSpecification: self.sandbox(id, containers), targets: targets,
            healthCommands: Self.healthCommands(containers),
            logs: Self.logs(containers, task: id, region: self.scope.region),
            unsupported: self.unsupported(containers),
            overrides: StoredShape.encode(Self.echo(self.overrides, of: self.definition)),
            enableExecuteCommand: self.enableExecuteCommand, ephemeralStorage: self.ephemeralStorage, role: self.role,
            pageSecret: secret)
        if revision != nil {
            assembly.consistentContainers = Set(
                containers.filter { $0.versionConsistency != .disabled }.compactMap(\.name))
        }
        let plan = TaskPlan(containers: containers.map(Self.plan), targetContainers: targets.map(\.containerName))
        return StoredTask(
            id: id, region: self.scope.region, cluster: self.cluster, family: self.definition.family ?? "",
            service: service,
            revision: revision, startedBy: startedBy, group: group, clientToken: clientToken,
            machine: TaskMachine(plan: plan, createdAt: now), body: try assembly.text)
    }

    private static func plan(_ container: ECS.ContainerDefinition) -> ContainerPlan {
        var dependencies = (container.dependsOn ?? []).compactMap { dependency in
            DeploymentEngine.ContainerDependency.Condition(rawValue: dependency.condition.rawValue)
                .map { DeploymentEngine.ContainerDependency(on: dependency.containerName, $0) }
        }
        for other in container.requiredContainers where !dependencies.contains(where: { $0.containerName == other }) {
            dependencies.append(.init(on: other, .start))
        }
        let check = container.healthCheck.flatMap { check in
            check.command.first == "NONE"
                ? nil
                : HealthCheckPlan(
                    interval: .seconds(check.interval ?? 30), timeout: .seconds(check.timeout ?? 5),
                    retries: check.retries ?? 3,
                    startPeriod: .seconds(check.startPeriod ?? 0))
        }
        return ContainerPlan(
            name: container.name ?? "", isEssential: container.essential ?? true, dependencies: dependencies,
            startTimeout: container.startTimeout.map { .seconds($0) },
            stopTimeout: .seconds(container.stopTimeout ?? 30), healthCheck: check,
            restartPolicy: container.restartPolicy.flatMap(RestartPlan.init))
    }

    private func sandbox(_ id: String, _ containers: [ECS.ContainerDefinition]) -> SandboxSpecification {
        let ports = containers.flatMap { container in
            (container.portMappings ?? []).compactMap { mapping -> PortRequest? in
                guard let port = mapping.containerPort else { return nil }
                let host = mapping.hostPort == 0 ? nil : mapping.hostPort
                return PortRequest(
                    containerName: container.name ?? "", containerPort: port, hostPort: host,
                    transport: mapping.protocol == .udp ? .udp : .tcp)
            }
        }
        var specification = SandboxSpecification(
            taskID: id, networkMode: .init(rawValue: self.definition.networkMode?.rawValue ?? "bridge") ?? .bridge,
            ports: ports,
            labels: [
                "com.amazonaws.ecs.cluster": self.cluster,
                "com.amazonaws.ecs.task-arn": self.scope.taskARN(id, cluster: self.cluster),
                "com.amazonaws.ecs.task-definition-family": self.definition.family ?? "",
                "com.amazonaws.ecs.task-definition-version": String(self.definition.revision ?? 0),
            ])
        specification.dnsServers = containers.flatMap { $0.dnsServers ?? [] }.uniqued
        specification.dnsSearchDomains = containers.flatMap { $0.dnsSearchDomains ?? [] }.uniqued
        specification.sharesNamespaces = self.definition.pidMode == .task || self.definition.ipcMode == .task
        return specification
    }

    /// In GiB. Fargate gives every task some.
    private var ephemeralStorage: Int? {
        self.overrides.ephemeralStorage?.sizeInGiB ?? self.definition.ephemeralStorage?.sizeInGiB
            ?? (self.launchType == .fargate ? 20 : nil)
    }

    /// A role may be given by its name alone.
    private var role: TaskAssembly.RoleAccess? {
        guard let role = self.overrides.taskRoleArn ?? self.definition.taskRoleArn, !role.isEmpty else { return nil }
        let arn = role.hasPrefix("arn:") ? role : "arn:\(self.scope.partition):iam::\(self.scope.account):role/\(role)"
        return .init(arn: arn, delivery: self.taskEnvironment.roleDelivery)
    }

    private func specification(_ container: ECS.ContainerDefinition, task: String, secret: String)
        -> ContainerSpecification
    {
        let override = self.overrides.containerOverrides?.first { $0.name == container.name }
        var specification = ContainerSpecification(name: container.name ?? "", image: container.image ?? "")
        specification.entryPoint = container.entryPoint
        specification.command = override?.command ?? container.command
        let own = (container.environment ?? []) + (override?.environment ?? [])
        specification.environment = self.taskEnvironment.variables(
            in: self.scope, launchType: self.launchType?.rawValue,
            page: .init(taskID: task, secret: secret, container: container.name ?? ""), role: self.role)
        for variable in own {
            guard let name = variable.name else { continue }
            specification.environment.removeAll { $0.name == name }
            specification.environment.append(.init(name, variable.value ?? ""))
        }
        specification.workingDirectory = container.workingDirectory
        specification.user = container.user
        specification.hostname = container.hostname
        specification.readonlyRootFilesystem = container.readonlyRootFilesystem ?? false
        specification.privileged = container.privileged ?? false
        specification.interactive = container.interactive ?? false
        specification.pseudoTerminal = container.pseudoTerminal ?? false
        specification.initProcessEnabled = container.linuxParameters?.initProcessEnabled ?? false
        specification.cpu = override?.cpu ?? container.cpu
        specification.memory = override?.memory ?? container.memory
        specification.memoryReservation = override?.memoryReservation ?? container.memoryReservation
        specification.ulimits = (container.ulimits ?? []).map {
            .init(name: $0.name.rawValue, soft: $0.softLimit, hard: $0.hardLimit)
        }
        specification.mounts = self.mounts(container)
        specification.engineOptions = self.engineOptions(container)
        specification.capabilitiesAdded = container.linuxParameters?.capabilities?.add ?? []
        specification.capabilitiesDropped = container.linuxParameters?.capabilities?.drop ?? []
        specification.sharedMemorySize = container.linuxParameters?.sharedMemorySize
        specification.mounts += (container.linuxParameters?.tmpfs ?? []).map {
            .init(
                source: .tmpfs(sizeInMiB: $0.size, options: $0.mountOptions), containerPath: $0.containerPath,
                readOnly: $0.mountOptions?.contains("ro") == true)
        }
        specification.dockerLabels = container.dockerLabels ?? [:]
        for host in container.extraHosts ?? [] { specification.extraHosts[host.hostname] = host.ipAddress }
        for control in container.systemControls ?? [] {
            if let name = control.namespace { specification.systemControls[name] = control.value ?? "" }
        }
        return specification
    }

    private func mounts(_ container: ECS.ContainerDefinition) -> [ContainerSpecification.Mount] {
        (container.mountPoints ?? []).compactMap { mount in
            guard let volume = self.definition.volumes?.first(where: { $0.name == mount.sourceVolume }),
                let path = mount.containerPath
            else { return nil }
            return .init(source: .init(volume), containerPath: path, readOnly: mount.readOnly ?? false)
        }
    }

    private static func healthCommands(_ containers: [ECS.ContainerDefinition]) -> [String: [String]] {
        var commands: [String: [String]] = [:]
        for container in containers { commands[container.name ?? ""] = container.healthCheck?.command }
        return commands
    }

    private static func logs(_ containers: [ECS.ContainerDefinition], task: String, region: String) -> [String:
        TaskAssembly.LogDestination]
    {
        var logs: [String: TaskAssembly.LogDestination] = [:]
        for container in containers {
            guard let configuration = container.logConfiguration, configuration.logDriver == .awslogs,
                let name = container.name,
                let options = configuration.options, let group = options["awslogs-group"]
            else { continue }
            logs[name] = TaskAssembly.LogDestination(
                group: group, stream: options["awslogs-stream-prefix"].map { "\($0)/\(name)/\(task)" } ?? task,
                region: options["awslogs-region"] ?? region, createsGroup: options["awslogs-create-group"] == "true")
        }
        return logs
    }

    /// Members that were registered, because a task definition of AWS may have them, but that no runtime honours yet.
    private func unsupported(_ containers: [ECS.ContainerDefinition]) -> [String: String] {
        var unsupported: [String: String] = [:]
        for container in containers {
            let members: [(String, Bool)] = [
                ("secrets", container.secrets?.isEmpty == false),
                ("environmentFiles", container.environmentFiles?.isEmpty == false),
                ("firelensConfiguration", container.firelensConfiguration != nil),
                ("restartPolicy of a container behind a target group at a dynamic port", self.movesPort(container)),
                ("repositoryCredentials", container.repositoryCredentials != nil),
                ("resourceRequirements", container.resourceRequirements?.isEmpty == false),
                ("disableNetworking", container.disableNetworking == true),
                ("logConfiguration.secretOptions", container.logConfiguration?.secretOptions?.isEmpty == false),
                ("credentialSpecs", container.credentialSpecs?.isEmpty == false),
                ("proxyConfiguration", self.definition.proxyConfiguration != nil),
                (
                    "volumes",
                    self.definition.volumes?.contains {
                        $0.efsVolumeConfiguration != nil || $0.fsxWindowsFileServerVolumeConfiguration != nil
                    } == true
                ),
            ]
            unsupported[container.name ?? ""] = members.first(where: \.1)?.0 ?? Self.unsupportedLogOption(container)
        }
        return unsupported
    }

    /// Output is kept on disk until it has been sent, so `mode` and `max-buffer-size` change nothing.
    private static let logOptions: Set<String> = [
        "awslogs-group", "awslogs-region", "awslogs-stream-prefix", "awslogs-create-group", "mode", "max-buffer-size",
    ]

    /// An engine gives a container that starts again another port of its choice, under which it is not registered.
    private func movesPort(_ container: ECS.ContainerDefinition) -> Bool {
        container.restartPolicy?.enabled == true && self.definition.networkMode ?? .bridge == .bridge
            && self.loadBalancers.contains { $0.containerName == container.name }
            && container.portMappings?.contains { ($0.hostPort ?? 0) == 0 } == true
    }

    private static func unsupportedLogOption(_ container: ECS.ContainerDefinition) -> String? {
        guard let configuration = container.logConfiguration, configuration.logDriver == .awslogs else { return nil }
        return configuration.options?.keys.sorted().first { !Self.logOptions.contains($0) }
            .map { "log option \($0)" }
    }

    /// One entry per container, even if nothing of it is overridden.
    static func echo(_ overrides: ECS.TaskOverride, of definition: ECS.TaskDefinition) -> ECS.TaskOverride {
        var echoed = overrides
        echoed.containerOverrides = (definition.containerDefinitions ?? []).map { container in
            overrides.containerOverrides?.first { $0.name == container.name } ?? .init(name: container.name)
        }
        echoed.inferenceAcceleratorOverrides = echoed.inferenceAcceleratorOverrides ?? []
        return echoed
    }
}

extension ContainerSpecification.Mount.Source {
    /// A volume without a configuration, or with a host that has no path, lives as long as the task.
    fileprivate init(_ volume: ECS.Volume) {
        if let docker = volume.dockerVolumeConfiguration {
            let scope: ContainerSpecification.DockerVolume.Scope =
                docker.scope == .shared ? docker.autoprovision == true ? .autoprovisioned : .shared : .task
            self = .dockerVolume(
                .init(
                    name: volume.name ?? "", scope: scope, driver: docker.driver,
                    driverOptions: docker.driverOpts ?? [:], labels: docker.labels ?? [:]))
        } else if let path = volume.host?.sourcePath, !path.isEmpty {
            self = .hostPath(path)
        } else {
            self = .taskVolume(volume.name ?? "")
        }
    }
}
