internal import DeploymentEngine
internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension StoreSnapshot {
    /// The cluster as the API shows it, with its counts.
    /// - Parameter include: what `DescribeClusters` was asked for; `nil` for the reply of a call that changes the cluster,
    ///   which shows settings, configuration and tags.
    func described(_ cluster: StoredCluster, include: [ECS.ClusterField]? = nil, in scope: Scope) throws -> ECS.Cluster
    {
        var shape = try StoredShape.decode(ECS.Cluster.self, from: cluster.body)
        let counts = try self.counts(ofCluster: cluster.name, region: cluster.region)
        shape.status = cluster.isActive ? "ACTIVE" : "INACTIVE"
        shape.registeredContainerInstancesCount =
            try self.usesInstance(cluster: cluster.name, region: cluster.region) ? 1 : 0
        shape.runningTasksCount = counts.running
        shape.pendingTasksCount = counts.pending
        shape.activeServicesCount = counts.services
        let isShown = { (field: ECS.ClusterField) in include?.contains(field) ?? true }
        if !isShown(.settings) { shape.settings = [] }
        if !isShown(.configurations) { shape.configuration = nil }
        if include?.contains(.attachments) == true { shape.attachments = [] }
        shape.statistics = include?.contains(.statistics) == true ? try self.statistics(of: cluster) : []
        shape.tags = isShown(.tags) ? ECSTags.shapes(try self.ecsTags(of: scope.clusterARN(cluster.name))) : []
        return shape
    }

    /// Tasks and services by launch type, in the order of the ECS API reference (`Cluster`, `statistics`).
    private func statistics(of cluster: StoredCluster) throws -> [ECS.KeyValuePair] {
        var counts: [String: Int] = [:]
        for task in try self.tasks(cluster: cluster.name, region: cluster.region, desiredStatus: "RUNNING") {
            let type = Self.label(try TaskAssembly.decode(task.body).launchType)
            let count = TaskCounts([task])
            counts["running\(type)TasksCount", default: 0] += count.running
            counts["pending\(type)TasksCount", default: 0] += count.pending
        }
        for service in try self.services(cluster: cluster.name, region: cluster.region) {
            let body = try StoredShape.decode(ECS.CreateServiceRequest.self, from: service.body)
            let placement = TaskPlacement.launchType(body.launchType ?? .ec2)
            let strategy = body.capacityProviderStrategy ?? []
            let isFargate = strategy.isEmpty ? placement.isFargate : TaskPlacement.strategy(strategy).isFargate
            let type = isFargate ? "Fargate" : Self.label(body.launchType?.rawValue)
            let state = service.status == .draining ? "draining" : "active"
            counts["\(state)\(type)ServiceCount", default: 0] += 1
        }
        let types = ["EC2", "Fargate", "External"]
        let names =
            types.flatMap { ["running\($0)TasksCount", "pending\($0)TasksCount"] }
            + types.flatMap { ["active\($0)ServiceCount", "draining\($0)ServiceCount"] }
        return names.map { .init(name: $0, value: String(counts[$0] ?? 0)) }
    }

    private static func label(_ launchType: String?) -> String {
        switch launchType {
        case "FARGATE": "Fargate"
        case "EXTERNAL": "External"
        default: "EC2"
        }
    }
}
