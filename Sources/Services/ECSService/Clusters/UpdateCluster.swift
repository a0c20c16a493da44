internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    /// Members that are absent stay as they are.
    func updateCluster(_ input: ECS.UpdateCluster.Input, _ context: RequestContext) async throws
        -> ECS.UpdateCluster.Output
    {
        try ClusterSettings.check(input.settings)
        let cluster = try await self.changeCluster(input.cluster, context) { shape, _ in
            shape.settings = ClusterSettings.merged(input.settings ?? [], into: shape.settings ?? [])
            shape.configuration = input.configuration ?? shape.configuration
            if let defaults = input.serviceConnectDefaults {
                shape.serviceConnectDefaults = defaults.namespace.isEmpty ? nil : .init(namespace: defaults.namespace)
            }
        }
        return .init(cluster: cluster)
    }

    func updateClusterSettings(
        _ input: ECS.UpdateClusterSettings.Input, _ context: RequestContext
    ) async throws -> ECS.UpdateClusterSettings.Output {
        try ClusterSettings.check(input.settings)
        let cluster = try await self.changeCluster(input.cluster, context) { shape, _ in
            shape.settings = ClusterSettings.merged(input.settings, into: shape.settings ?? [])
        }
        return .init(cluster: cluster)
    }

    /// - Parameter change: of the stored shape, which has no counts.
    func changeCluster(
        _ name: String, _ context: RequestContext,
        _ change: @escaping @Sendable (inout ECS.Cluster, StoreTransaction) throws -> Void
    ) async throws -> ECS.Cluster {
        let name = ECSNames.cluster(name)
        return try await self.store.write { transaction in
            var cluster = try transaction.requireCluster(name, in: context.scope)
            var shape = try StoredShape.decode(ECS.Cluster.self, from: cluster.body)
            try change(&shape, transaction)
            cluster.body = StoredShape.encode(shape)
            try transaction.save(cluster)
            return try transaction.described(cluster, in: context.scope)
        }
    }
}

/// Settings of one cluster: `containerInsights` is the only one.
enum ClusterSettings {
    /// - Throws: `InvalidParameterException` for a value that Container Insights does not have.
    static func check(_ settings: [ECS.ClusterSetting]?) throws {
        for setting in settings ?? [] {
            _ = try AccountSetting.checked(.containerInsights, value: setting.value ?? "")
        }
    }

    static func merged(_ new: [ECS.ClusterSetting], into old: [ECS.ClusterSetting]) -> [ECS.ClusterSetting] {
        old.filter { setting in !new.contains { $0.name == setting.name } } + new
    }
}
