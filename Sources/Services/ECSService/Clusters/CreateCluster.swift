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
        guard name.count <= 255, ECSNames.isIdentifier(name) else {
            throw ECS.Errors.invalidParameterException(
                "Invalid identifier: Identifier is for \(name). The specified cluster name is not valid.")
        }
        let providers = (input.capacityProviders ?? []).map(CapacityProviders.name)
        try CapacityProviders.check(input.defaultCapacityProviderStrategy ?? [], associated: providers)
        try ClusterSettings.check(input.settings)
        let cluster = ECS.Cluster(
            clusterArn: context.scope.clusterARN(name), clusterName: name, configuration: input.configuration,
            status: "ACTIVE",
            settings: input.settings, capacityProviders: providers,
            defaultCapacityProviderStrategy: input.defaultCapacityProviderStrategy ?? [],
            serviceConnectDefaults: input.serviceConnectDefaults.map { .init(namespace: $0.namespace) })
        let insights = try AccountSetting.named(.containerInsights)
        let principal = try SettingPrincipal.arn(nil, context)
        let now = self.clock.now()
        let tags = try ECSTags(input.tags)
        return try await self.store.write { transaction in
            if let existing = try transaction.cluster(name, region: context.scope.region), existing.isActive {
                return ECS.CreateCluster.Output(
                    cluster: try transaction.described(existing, in: context.scope))
            }
            try transaction.requireCapacityProviders(providers, in: context.scope)
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
            return ECS.CreateCluster.Output(cluster: try transaction.described(stored, in: context.scope))
        }
    }
}
