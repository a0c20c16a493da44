internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    /// Providers of Auto Scaling groups are kept, with AWS's defaults. Their tasks run on the cluster's one container instance:
    /// there is no group behind the ARN, and nothing to scale.
    func createCapacityProvider(
        _ input: ECS.CreateCapacityProvider.Input, _ context: RequestContext
    ) async throws -> ECS.CreateCapacityProvider.Output {
        guard input.managedInstancesProvider == nil, input.cluster == nil else {
            throw ECS.Errors.unsupportedFeatureException("managedInstancesProvider is not supported by Teal")
        }
        guard let group = input.autoScalingGroupProvider else {
            throw ECS.Errors.clientException("autoScalingGroupProvider can not be blank.")
        }
        try Self.checkCapacityProviderName(input.name)
        let provider = try AutoScalingRules.completed(group)
        let tags = try ECSTags(input.tags)
        let now = self.clock.now()
        return try await self.store.write { transaction in
            let scope = context.scope
            guard try transaction.capacityProvider(input.name, region: scope.region) == nil else {
                throw ECS.Errors.invalidParameterException(
                    "A capacity provider with the name '\(input.name)' already exists. Change the name and try again.")
            }
            let shape = ECS.CapacityProvider(
                status: .active, autoScalingGroupProvider: provider, updateStatus: .createComplete,
                type: .ec2Autoscaling)
            try transaction.save(
                StoredCapacityProvider(
                    region: scope.region, name: input.name, createdAt: now, body: StoredShape.encode(shape)))
            try transaction.addECSTags(tags.stored, to: scope.capacityProviderARN(input.name))
            return .init(
                capacityProvider: try transaction.describedCapacityProvider(input.name, tags: true, in: scope))
        }
    }

    /// - Throws: `InvalidParameterException` for a name that AWS keeps for itself or would not take.
    private static func checkCapacityProviderName(_ name: String) throws {
        let lowered = name.lowercased()
        guard !["aws", "ecs", "fargate"].contains(where: { lowered.hasPrefix($0) }) else {
            throw ECS.Errors.invalidParameterException(
                "The specified capacity provider name is invalid: \(name) begins with 'aws', 'ecs' or 'fargate'.")
        }
        guard (1...255).contains(name.count), ECSNames.isIdentifier(name) else {
            throw ECS.Errors.invalidParameterException(
                "The specified capacity provider name is invalid: up to 255 letters, numbers, underscores and hyphens.")
        }
    }
}
