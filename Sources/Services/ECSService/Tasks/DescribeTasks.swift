internal import DeploymentEngine
internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol
internal import WorkloadRuntime

extension ECSHandlers {
    func describeTasks(_ input: ECS.DescribeTasks.Input, _ context: RequestContext) async throws
        -> ECS.DescribeTasks.Output
    {
        let cluster = ECSNames.cluster(input.cluster)
        let tags = input.include?.contains(.tags) == true
        return try await self.store.read { snapshot in
            _ = try snapshot.requireCluster(cluster, in: context.scope)
            guard !input.tasks.isEmpty else { throw ECS.Errors.invalidParameterException("Tasks cannot be empty.") }
            guard input.tasks.count <= 100 else {
                throw ECS.Errors.invalidParameterException("tasks can have at most 100 items.")
            }
            var output = ECS.DescribeTasks.Output(tasks: [], failures: [])
            for text in input.tasks {
                let id = ECSNames.task(text)
                if let task = try snapshot.task(id), task.cluster == cluster, task.region == context.scope.region {
                    output.tasks?.append(try snapshot.described(task, tags: tags, in: context.scope))
                } else {
                    output.failures?.append(.init(arn: context.scope.taskARN(id, cluster: cluster), reason: "MISSING"))
                }
            }
            return output
        }
    }
}

extension StoreSnapshot {
    func described(_ task: StoredTask, tags: Bool, in scope: Scope) throws -> ECS.Task {
        let arn = scope.taskARN(task.id, cluster: task.cluster)
        let stored = try self.ecsTags(of: arn)
        return try TaskDescription(task: task, assembly: TaskAssembly.decode(task.body), scope: scope).shape(
            tags: tags ? ECSTags.shapes(stored) : [])
    }
}

/// A task as the API shows it.
struct TaskDescription {
    let task: StoredTask
    let assembly: TaskAssembly
    let scope: Scope

    private var arn: String { self.scope.taskARN(self.task.id, cluster: self.task.cluster) }
    private var isVPC: Bool { self.assembly.sandboxSpecification.networkMode == .awsvpc }

    func shape(tags: [ECS.Tag]) throws -> ECS.Task {
        let machine = self.task.machine
        return ECS.Task(
            attachments: self.attachments, attributes: [], availabilityZone: self.scope.region + "a",
            capacityProviderName: self.assembly.capacityProvider, clusterArn: self.scope.clusterARN(self.task.cluster),
            connectivity: .connected, connectivityAt: machine.times.createdAt,
            containerInstanceArn: self.assembly.isOnInstance
                ? HostInstance(cluster: self.task.cluster, scope: self.scope).arn : nil,
            containers: machine.containers.map(self.container),
            cpu: self.assembly.cpu, createdAt: machine.times.createdAt, desiredStatus: machine.desiredStatus,
            enableExecuteCommand: self.assembly.enableExecuteCommand,
            executionStoppedAt: machine.times.executionStoppedAt, group: self.task.group,
            healthStatus: ECS.HealthStatus(rawValue: machine.health.rawValue), inferenceAccelerators: [],
            lastStatus: machine.phase.rawValue,
            launchType: self.assembly.launchType.map { ECS.LaunchType(rawValue: $0) }, memory: self.assembly.memory,
            overrides: try StoredShape.decode(ECS.TaskOverride.self, from: self.assembly.overrides),
            platformVersion: self.assembly.platformVersion,
            platformFamily: self.assembly.launchType == "FARGATE" ? "Linux" : nil,
            pullStartedAt: machine.times.pullStartedAt,
            pullStoppedAt: machine.times.pullStoppedAt, startedAt: machine.times.startedAt,
            startedBy: self.task.startedBy,
            stopCode: machine.stop.map { ECS.TaskStopCode(rawValue: $0.code.rawValue) },
            stoppedAt: machine.times.stoppedAt,
            stoppedReason: machine.stop?.reason, stoppingAt: machine.times.stoppingAt, tags: tags, taskArn: self.arn,
            taskDefinitionArn: self.assembly.taskDefinitionARN, version: machine.version,
            ephemeralStorage: self.assembly.ephemeralStorage.map { .init(sizeInGiB: $0) })
    }

    private var attachments: [ECS.Attachment] {
        guard self.isVPC else { return [] }
        var details: [ECS.KeyValuePair] = []
        if let subnet = self.assembly.subnet { details.append(.init(name: "subnetId", value: subnet)) }
        details.append(.init(name: "networkInterfaceId", value: self.assembly.networkInterfaceID))
        if let mac = self.assembly.sandbox?.macAddress { details.append(.init(name: "macAddress", value: mac)) }
        if let address = self.assembly.sandbox?.address {
            details.append(.init(name: "privateIPv4Address", value: address))
        }
        let status =
            self.assembly.sandbox == nil ? "PRECREATED" : self.task.machine.phase == .stopped ? "DELETED" : "ATTACHED"
        return [
            .init(id: self.assembly.attachmentID, type: "ElasticNetworkInterface", status: status, details: details)
        ]
    }

    private func container(_ progress: ContainerProgress) -> ECS.Container {
        let specification = self.assembly.containers.first { $0.name == progress.name }
        let handle = self.assembly.handles[progress.name]
        var exitCode: Int?
        var reason: String?
        if case .stopped(let stopped) = progress.stage { (exitCode, reason) = (stopped.exitCode, stopped.reason) }
        reason = reason ?? self.assembly.lastLines?[progress.name]
        let bindings = (handle?.bindings ?? self.assembly.sandbox?.bindings ?? []).filter {
            $0.containerName == progress.name
        }
        return ECS.Container(
            containerArn: self.scope.arn(
                "ecs",
                "container/\(self.task.cluster)/\(self.task.id)/\(self.assembly.containerIDs[progress.name] ?? "")"
            ).description,
            taskArn: self.arn, name: progress.name, image: specification?.image, imageDigest: progress.imageDigest,
            runtimeId: handle?.reference,
            lastStatus: progress.lastStatus, exitCode: exitCode, reason: reason,
            networkBindings: bindings.filter { _ in handle != nil }.map {
                .init(
                    bindIP: $0.address, containerPort: $0.containerPort, hostPort: $0.port,
                    protocol: $0.transport == .udp ? .udp : .tcp)
            },
            networkInterfaces: self.isVPC && handle != nil
                ? [.init(attachmentId: self.assembly.attachmentID, privateIpv4Address: self.assembly.sandbox?.address)]
                : [],
            healthStatus: ECS.HealthStatus(rawValue: progress.health.rawValue), cpu: String(specification?.cpu ?? 0),
            memory: specification?.memory.map { String($0) },
            memoryReservation: specification?.memoryReservation.map { String($0) })
    }
}
