internal import DeploymentEngine
internal import Model
internal import Store
internal import WireProtocol
internal import WorkloadRuntime

/// A task in the words of version 4 of the ECS task metadata endpoint.
struct TaskMetadata {
    let task: StoredTask
    let assembly: TaskAssembly
    let scope: Scope

    /// `/task`.
    var document: JSONValue {
        let machine = self.task.machine
        var members: [JSONValue.Member] = [
            .init("Cluster", .string(self.scope.clusterARN(self.task.cluster))),
            .init("TaskARN", .string(self.scope.taskARN(self.task.id, cluster: self.task.cluster))),
            .init("Family", .string(self.task.family)),
            .init(
                "Revision", .string(self.assembly.taskDefinitionARN.split(separator: ":").last.map(String.init) ?? "")),
            .init("DesiredStatus", .string(machine.desiredStatus)),
            .init("KnownStatus", .string(machine.phase.rawValue)),
            .init("AvailabilityZone", .string(self.scope.region + "a")),
            .init("LaunchType", .string(self.assembly.launchType ?? "EC2")),
            .init("Containers", .array(machine.containers.compactMap { self.container(named: $0.name) })),
        ]
        if let service = self.task.service { members.append(.init("ServiceName", .string(service))) }
        if let limits = self.limits { members.append(.init("Limits", limits)) }
        if let start = machine.times.pullStartedAt { members.append(.init("PullStartedAt", .string(start.iso8601))) }
        if let end = machine.times.pullStoppedAt { members.append(.init("PullStoppedAt", .string(end.iso8601))) }
        return .object(members)
    }

    private var limits: JSONValue? {
        var members: [JSONValue.Member] = []
        if let cpu = self.assembly.cpu.flatMap({ Double($0) }) { members.append(.init("CPU", .number(cpu / 1024))) }
        if let memory = self.assembly.memory.flatMap({ Int64($0) }) {
            members.append(.init("Memory", .integer(memory)))
        }
        return members.isEmpty ? nil : .object(members)
    }

    /// The page of one container; `nil` where the task has none of this name.
    func container(named name: String) -> JSONValue? {
        guard let progress = self.task.machine.containers.first(where: { $0.name == name }),
            let specification = self.assembly.containers.first(where: { $0.name == name })
        else { return nil }
        let handle = self.assembly.handles[name]
        let arn = "container/\(self.task.cluster)/\(self.task.id)/\(self.assembly.containerIDs[name] ?? "")"
        var members: [JSONValue.Member] = [
            .init("DockerId", .string(handle?.reference ?? "")), .init("Name", .string(name)),
            .init("DockerName", .string(name)),
            .init("Image", .string(specification.image)), .init("ImageID", .string(progress.imageDigest ?? "")),
            .init("Labels", .object(self.labels(specification))),
            .init("DesiredStatus", .string(self.task.machine.desiredStatus)),
            .init("KnownStatus", .string(progress.lastStatus)),
            .init(
                "Limits", .object([.init("CPU", .integer(Int64(specification.cpu ?? 0)))] + self.memory(specification))),
            .init("CreatedAt", .string(self.task.machine.times.createdAt.iso8601)), .init("Type", .string("NORMAL")),
            .init("ContainerARN", .string(self.scope.arn("ecs", arn).description)),
            .init("Networks", .array([self.network])),
        ]
        if let start = handle?.startedAt { members.append(.init("StartedAt", .string(start.iso8601))) }
        if progress.plan.healthCheck != nil {
            members.append(.init("Health", .object([.init("status", .string(progress.health.rawValue))])))
        }
        if let log = self.assembly.logs[name] {
            members.append(.init("LogDriver", .string("awslogs")))
            members.append(
                .init(
                    "LogOptions",
                    .object([
                        .init("awslogs-group", .string(log.group)), .init("awslogs-region", .string(log.region)),
                        .init("awslogs-stream", .string(log.stream)),
                    ])))
        }
        return .object(members)
    }

    private func memory(_ specification: ContainerSpecification) -> [JSONValue.Member] {
        specification.memory.map { [.init("Memory", .integer(Int64($0)))] } ?? []
    }

    private func labels(_ specification: ContainerSpecification) -> [JSONValue.Member] {
        var labels = self.assembly.sandboxSpecification.labels.merging(specification.dockerLabels) { _, own in own }
        labels["com.amazonaws.ecs.container-name"] = specification.name
        return labels.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }
    }

    private var network: JSONValue {
        .object([
            .init("NetworkMode", .string(self.assembly.sandboxSpecification.networkMode.rawValue)),
            .init("IPv4Addresses", .array(self.assembly.sandbox.map { [.string($0.address)] } ?? [])),
        ])
    }
}
