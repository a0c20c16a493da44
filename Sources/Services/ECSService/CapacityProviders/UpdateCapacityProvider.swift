internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    /// Changes the scaling of a provider; the group itself stays.
    func updateCapacityProvider(
        _ input: ECS.UpdateCapacityProvider.Input, _ context: RequestContext
    ) async throws -> ECS.UpdateCapacityProvider.Output {
        guard input.managedInstancesProvider == nil, input.cluster == nil else {
            throw ECS.Errors.unsupportedFeatureException("managedInstancesProvider is not supported by Teal")
        }
        guard let change = input.autoScalingGroupProvider else {
            throw ECS.Errors.clientException("autoScalingGroupProvider can not be blank.")
        }
        let name = CapacityProviders.name(input.name)
        return try await self.store.write { transaction in
            let scope = context.scope
            try transaction.requireChangeable(name)
            guard var stored = try transaction.capacityProvider(name, region: scope.region) else {
                throw ECS.Errors.clientException("The specified capacity provider does not exist.")
            }
            var shape = try StoredShape.decode(ECS.CapacityProvider.self, from: stored.body)
            shape.autoScalingGroupProvider = try shape.autoScalingGroupProvider.map {
                try AutoScalingRules.changed($0, by: change)
            }
            shape.updateStatus = .updateComplete
            stored.body = StoredShape.encode(shape)
            try transaction.save(stored)
            return .init(capacityProvider: try transaction.describedCapacityProvider(name, tags: true, in: scope))
        }
    }
}
