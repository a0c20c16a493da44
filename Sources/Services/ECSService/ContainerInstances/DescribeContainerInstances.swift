internal import DeploymentEngine
internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    /// An instance that is not the cluster's own is a failure `MISSING`.
    func describeContainerInstances(
        _ input: ECS.DescribeContainerInstances.Input, _ context: RequestContext
    ) async throws -> ECS.DescribeContainerInstances.Output {
        let name = ECSNames.cluster(input.cluster)
        let scope = context.scope
        return try await self.store.read { snapshot in
            let cluster = try snapshot.requireCluster(name, in: scope)
            guard !input.containerInstances.isEmpty else {
                throw ECS.Errors.invalidParameterException("Container Instances cannot be empty.")
            }
            guard input.containerInstances.count <= 100 else {
                throw ECS.Errors.invalidParameterException("containerInstances can have at most 100 items.")
            }
            let instance = HostInstance(cluster: name, scope: scope)
            var output = ECS.DescribeContainerInstances.Output(containerInstances: [], failures: [])
            for text in input.containerInstances {
                guard instance.isNamed(by: text) else {
                    let id = ARN(text)?.resourceSegments.last ?? text
                    output.failures?.append(
                        .init(arn: scope.arn("ecs", "container-instance/\(name)/\(id)").description, reason: "MISSING"))
                    continue
                }
                output.containerInstances?.append(
                    try snapshot.described(instance, of: cluster, include: input.include ?? []))
            }
            return output
        }
    }

    /// The machine is an instance of the clusters that it runs tasks of the EC2 launch type for, and always ACTIVE.
    func listContainerInstances(
        _ input: ECS.ListContainerInstances.Input, _ context: RequestContext
    ) async throws -> ECS.ListContainerInstances.Output {
        let name = ECSNames.cluster(input.cluster)
        guard input.filter?.isEmpty != false else {
            throw ECS.Errors.invalidParameterException("filter is not supported by Teal")
        }
        let isUsed = try await self.store.read { snapshot in
            _ = try snapshot.requireCluster(name, in: context.scope)
            return try snapshot.usesInstance(cluster: name, region: context.scope.region)
        }
        let isListed = isUsed && (input.status == nil || input.status == .active)
        let page = try ListPage(
            isListed ? [HostInstance(cluster: name, scope: context.scope).arn] : [], maxResults: input.maxResults,
            nextToken: input.nextToken)
        return .init(containerInstanceArns: page.elements, nextToken: page.nextToken)
    }
}

extension StoreSnapshot {
    fileprivate func described(
        _ instance: HostInstance, of cluster: StoredCluster, include: [ECS.ContainerInstanceField]
    ) throws -> ECS.ContainerInstance {
        let tasks = try self.tasks(cluster: cluster.name, region: cluster.region, desiredStatus: "RUNNING")
        let placed = try tasks.filter { try TaskAssembly.decode($0.body).isOnInstance }
        let counts = TaskCounts(placed)
        let used = ResourceAmount(reservedBy: try placed.map { try TaskAssembly.decode($0.body) })
        let attributes =
            instance.builtInAttributes + (try self.instanceAttributes(cluster: cluster.name, region: cluster.region))
        var shape = ECS.ContainerInstance(
            containerInstanceArn: instance.arn, ec2InstanceId: instance.ec2ID, version: 1,
            versionInfo: ECS.VersionInfo(),
            remainingResources: HostInstance.resources(HostInstance.capacity.less(used)),
            registeredResources: HostInstance.resources(HostInstance.capacity), status: "ACTIVE", agentConnected: true,
            runningTasksCount: counts.running, pendingTasksCount: counts.pending,
            attributes: attributes.map { .init(name: $0.name, value: $0.value) }, registeredAt: cluster.createdAt,
            attachments: [], tags: include.contains(.tags) ? ECSTags.shapes(try self.ecsTags(of: instance.arn)) : [])
        if include.contains(.containerInstanceHealth) {
            // Nobody watches the engine apart from its tasks.
            shape.healthStatus = .init(overallStatus: .insufficientData, details: [])
        }
        return shape
    }
}

extension TaskAssembly {
    /// Whether the task counts as placed on the cluster's container instance, as tasks of Fargate do not.
    var isOnInstance: Bool { self.launchType == "EC2" }
}
