internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

enum CapacityProviders {
    /// There from the beginning in every account.
    static let predefined: Set = ["FARGATE", "FARGATE_SPOT"]

    /// - Throws: `InvalidParameterException` naming the rule of strategies that is broken.
    static func check(_ strategy: [ECS.CapacityProviderStrategyItem], associated providers: [String]) throws {
        guard strategy.count <= 20 else {
            throw ECS.Errors.invalidParameterException(
                "The specified capacity provider strategy can contain a maximum of 20 capacity providers.")
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
        guard Set(strategy.map { Self.predefined.contains($0.capacityProvider) }).count <= 1 else {
            throw ECS.Errors.invalidParameterException(
                "A capacity provider strategy cannot contain a mix of capacity providers using Auto Scaling groups and Fargate providers. "
                    + "Specify one or the other and try again.")
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

    static func name(_ text: String) -> String { ARN(text)?.resourceSegments.last ?? text }
}

extension Scope {
    func capacityProviderARN(_ name: String) -> String { self.arn("ecs", "capacity-provider/\(name)").description }
}

extension StoreSnapshot {
    /// - Throws: `InvalidParameterException` naming a provider that does not exist.
    func requireCapacityProviders(_ names: [String], in scope: Scope) throws {
        for name in names where !CapacityProviders.predefined.contains(name) {
            guard try self.capacityProvider(name, region: scope.region) != nil else {
                throw ECS.Errors.invalidParameterException(
                    "The specified capacity provider '\(name)' was not found. Specify a valid name or ARN and try again."
                )
            }
        }
    }

    /// A provider as the API shows it; `nil` where there is none of this name.
    func describedCapacityProvider(_ name: String, tags: Bool, in scope: Scope) throws -> ECS.CapacityProvider? {
        let arn = scope.capacityProviderARN(name)
        var shape: ECS.CapacityProvider
        if CapacityProviders.predefined.contains(name) {
            shape = ECS.CapacityProvider(status: .active, type: name == "FARGATE" ? .fargate : .fargateSpot)
        } else if let stored = try self.capacityProvider(name, region: scope.region) {
            shape = try StoredShape.decode(ECS.CapacityProvider.self, from: stored.body)
        } else {
            return nil
        }
        shape.capacityProviderArn = arn
        shape.name = name
        shape.tags = tags ? ECSTags.shapes(try self.ecsTags(of: arn)) : []
        return shape
    }
}
