internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    /// Replaces the cluster's providers and its default strategy.
    func putClusterCapacityProviders(
        _ input: ECS.PutClusterCapacityProviders.Input, _ context: RequestContext
    ) async throws -> ECS.PutClusterCapacityProviders.Output {
        let providers = input.capacityProviders.map(CapacityProviders.name)
        try CapacityProviders.check(input.defaultCapacityProviderStrategy, associated: providers)
        let name = ECSNames.cluster(input.cluster)
        let cluster = try await self.changeCluster(input.cluster, context) { shape, transaction in
            try transaction.requireCapacityProviders(providers, in: context.scope)
            let removed = Set(shape.capacityProviders ?? []).subtracting(providers)
            for service in try transaction.services(cluster: name, region: context.scope.region)
            where service.status != .inactive {
                let body = try StoredShape.decode(ECS.CreateServiceRequest.self, from: service.body)
                let used = (body.capacityProviderStrategy ?? []).map(\.capacityProvider)
                guard removed.isDisjoint(with: used) else {
                    throw ECS.Errors.resourceInUseException(
                        "The specified capacity provider is in use and cannot be removed.")
                }
            }
            shape.capacityProviders = providers
            shape.defaultCapacityProviderStrategy = input.defaultCapacityProviderStrategy
        }
        return .init(cluster: cluster)
    }
}
