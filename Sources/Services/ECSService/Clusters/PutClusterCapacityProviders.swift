internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    /// Replaces the cluster's providers and its default strategy. Here there are FARGATE and FARGATE_SPOT.
    func putClusterCapacityProviders(
        _ input: ECS.PutClusterCapacityProviders.Input, _ context: RequestContext
    ) async throws -> ECS.PutClusterCapacityProviders.Output {
        try CapacityProviders.check(input.capacityProviders, strategy: input.defaultCapacityProviderStrategy)
        let name = ECSNames.cluster(input.cluster)
        let cluster = try await self.changeCluster(input.cluster, context) { shape, transaction in
            let removed = Set(shape.capacityProviders ?? []).subtracting(input.capacityProviders)
            for service in try transaction.services(cluster: name, region: context.scope.region)
            where service.status != .inactive {
                let body = try StoredShape.decode(ECS.CreateServiceRequest.self, from: service.body)
                let used = (body.capacityProviderStrategy ?? []).map(\.capacityProvider)
                guard removed.isDisjoint(with: used) else {
                    throw ECS.Errors.resourceInUseException(
                        "The specified capacity provider is in use and cannot be removed.")
                }
            }
            shape.capacityProviders = input.capacityProviders
            shape.defaultCapacityProviderStrategy = input.defaultCapacityProviderStrategy
        }
        return .init(cluster: cluster)
    }
}

enum CapacityProviders {
    /// Everywhere there from the beginning; others cannot be made.
    static let known: Set = ["FARGATE", "FARGATE_SPOT"]

    /// - Throws: `InvalidParameterException` naming the provider or the rule of strategies that is broken.
    static func check(_ providers: [String], strategy: [ECS.CapacityProviderStrategyItem]) throws {
        for provider in providers where !Self.known.contains(provider) {
            throw ECS.Errors.invalidParameterException(
                "The specified capacity provider \(provider) is not supported by Teal")
        }
        guard strategy.allSatisfy({ providers.contains($0.capacityProvider) }) else {
            throw ECS.Errors.invalidParameterException(
                "The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. "
                    + "Associate the capacity provider with the cluster and try again.")
        }
        guard Set(strategy.map(\.capacityProvider)).count == strategy.count else {
            throw ECS.Errors.invalidParameterException(
                "The specified capacity provider strategy cannot contain the same capacity provider more than once.")
        }
        guard strategy.isEmpty || strategy.contains(where: { ($0.weight ?? 0) > 0 }) else {
            throw ECS.Errors.invalidParameterException(
                "The specified capacity provider strategy must contain at least one capacity provider with a weight value greater than zero."
            )
        }
        guard strategy.count(where: { ($0.base ?? 0) > 0 }) <= 1 else {
            throw ECS.Errors.invalidParameterException(
                "The specified capacity provider strategy can have a base defined for only one capacity provider.")
        }
    }
}
