internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    /// Idempotent by name: an ACTIVE cluster of that name is answered as it is.
    func createCluster(_ input: ECS.CreateCluster.Input, _ context: RequestContext) async throws
        -> ECS.CreateCluster.Output
    {
        let name = ECSNames.cluster(input.clusterName)
        let isValid =
            name.count <= 255
            && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
        guard isValid else {
            throw ECS.Errors.invalidParameterException(
                "Invalid identifier: Identifier is for \(name). The specified cluster name is not valid.")
        }
        try CapacityProviders.check(
            input.capacityProviders ?? [], strategy: input.defaultCapacityProviderStrategy ?? [])
        try ClusterSettings.check(input.settings)
        let cluster = ECS.Cluster(
            clusterArn: context.scope.clusterARN(name), clusterName: name, configuration: input.configuration,
            status: "ACTIVE",
            settings: input.settings, capacityProviders: input.capacityProviders ?? [],
            defaultCapacityProviderStrategy: input.defaultCapacityProviderStrategy ?? [],
            serviceConnectDefaults: input.serviceConnectDefaults.map { .init(namespace: $0.namespace) })
        let insights = try AccountSetting.named(.containerInsights)
        let principal = try SettingPrincipal.arn(nil, context)
        let now = self.clock.now()
        let tags = try ECSTags(input.tags)
        return try await self.store.write { transaction in
            if let existing = try transaction.cluster(name, region: context.scope.region), existing.isActive {
                return ECS.CreateCluster.Output(
                    cluster: try transaction.described(existing, tags: true, in: context.scope))
            }
            var cluster = cluster
            if cluster.settings?.isEmpty != false {
                let value = try transaction.effectiveValue(of: insights, for: principal, in: context.scope)
                cluster.settings = [.init(name: .containerInsights, value: value)]
            }
            let stored = StoredCluster(
                region: context.scope.region, name: name, isActive: true, createdAt: now,
                body: StoredShape.encode(cluster))
            try transaction.save(stored)
            try transaction.addECSTags(tags.stored, to: context.scope.clusterARN(name))
            return ECS.CreateCluster.Output(cluster: try transaction.described(stored, tags: true, in: context.scope))
        }
    }
}

extension StoreSnapshot {
    /// The cluster as the API shows it, with its counts.
    func described(_ cluster: StoredCluster, tags: Bool, in scope: Scope) throws -> ECS.Cluster {
        var shape = try StoredShape.decode(ECS.Cluster.self, from: cluster.body)
        let counts = try self.counts(ofCluster: cluster.name, region: cluster.region)
        shape.status = cluster.isActive ? "ACTIVE" : "INACTIVE"
        shape.registeredContainerInstancesCount = 0
        shape.runningTasksCount = counts.running
        shape.pendingTasksCount = counts.pending
        shape.activeServicesCount = counts.services
        shape.statistics = []
        shape.tags = tags ? ECSTags.shapes(try self.ecsTags(of: scope.clusterARN(cluster.name))) : []
        return shape
    }
}
