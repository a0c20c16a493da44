internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    /// Refused while a cluster is associated with the provider.
    func deleteCapacityProvider(
        _ input: ECS.DeleteCapacityProvider.Input, _ context: RequestContext
    ) async throws -> ECS.DeleteCapacityProvider.Output {
        guard input.cluster == nil else {
            throw ECS.Errors.unsupportedFeatureException("capacity providers of a cluster are not supported by Teal")
        }
        let name = CapacityProviders.name(input.capacityProvider)
        return try await self.store.write { transaction in
            let scope = context.scope
            try transaction.requireChangeable(name)
            guard var shape = try transaction.describedCapacityProvider(name, tags: true, in: scope) else {
                throw ECS.Errors.clientException("The specified capacity provider does not exist.")
            }
            for cluster in try transaction.activeClusters(region: scope.region) {
                let associated = try StoredShape.decode(ECS.Cluster.self, from: cluster.body).capacityProviders ?? []
                guard !associated.contains(name) else {
                    throw ECS.Errors.invalidParameterException(
                        "The capacity provider cannot be deleted because it is associated with cluster: \(cluster.name). "
                            + "Remove the capacity provider from the cluster and try again.")
                }
            }
            try transaction.deleteCapacityProvider(name, region: scope.region)
            shape.status = .inactive
            shape.updateStatus = .deleteComplete
            return .init(capacityProvider: shape)
        }
    }
}

extension StoreSnapshot {
    /// - Throws: `ClientException` for FARGATE and FARGATE_SPOT.
    func requireChangeable(_ name: String) throws {
        guard !CapacityProviders.predefined.contains(name) else {
            throw ECS.Errors.clientException(
                "The specified capacity provider is reserved and cannot be changed or deleted: \(name)")
        }
    }
}
