internal import ECSAPI
internal import Store
internal import WireProtocol

/// Where tasks run: under a launch type, or with the capacity providers of a strategy.
enum TaskPlacement: Equatable, Sendable {
    case launchType(ECS.LaunchType)
    /// Never empty.
    case strategy([ECS.CapacityProviderStrategyItem])

    /// As services and task sets show it: none beside a strategy.
    var launchType: ECS.LaunchType? {
        switch self {
        case .launchType(let type): type
        case .strategy: nil
        }
    }

    var strategy: [ECS.CapacityProviderStrategyItem]? {
        switch self {
        case .launchType: nil
        case .strategy(let items): items
        }
    }

    /// A strategy has providers of Fargate, or others, never both.
    var isFargate: Bool {
        switch self {
        case .launchType(let type): type == .fargate
        case .strategy(let items): items.contains { CapacityProviders.predefined.contains($0.capacityProvider) }
        }
    }

    /// - Throws: `InvalidParameterException` where the definition cannot run there.
    func check(_ definition: ECS.TaskDefinition) throws {
        guard self.isFargate, definition.compatibilities?.contains(.fargate) != true else { return }
        throw ECS.Errors.invalidParameterException("Task definition does not support launch_type FARGATE.")
    }

    /// The platform version that is shown; only Fargate has one.
    /// - Throws: `InvalidParameterException`, `PlatformUnknownException`.
    func platformVersion(_ wanted: String?) throws -> String? {
        guard self.isFargate else {
            guard wanted?.isEmpty != false else {
                throw ECS.Errors.invalidParameterException(
                    "The platform version must be null when specifying an EC2 launch type.")
            }
            return nil
        }
        guard let wanted, !wanted.isEmpty else { return "LATEST" }
        let numbers = wanted.split(separator: ".", omittingEmptySubsequences: false)
        guard wanted == "LATEST" || (numbers.count == 3 && numbers.allSatisfy { Int($0) != nil }) else {
            throw ECS.Errors.platformUnknownException("The specified platform version does not exist: \(wanted)")
        }
        return wanted
    }
}

extension StoreSnapshot {
    /// What a call asked for, else the cluster's default strategy, else EC2.
    /// - Throws: `InvalidParameterException` naming the rule of strategies that is broken.
    func placement(
        launchType: ECS.LaunchType?, strategy: [ECS.CapacityProviderStrategyItem]?, in cluster: StoredCluster
    ) throws -> TaskPlacement {
        let strategy = strategy ?? []
        if let launchType {
            guard strategy.isEmpty else {
                throw ECS.Errors.invalidParameterException(
                    "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again."
                )
            }
            guard launchType != .managedInstances else {
                throw ECS.Errors.invalidParameterException("launch type MANAGED_INSTANCES is not supported by Teal")
            }
            return .launchType(launchType)
        }
        let shape = try StoredShape.decode(ECS.Cluster.self, from: cluster.body)
        if strategy.isEmpty {
            let standard = shape.defaultCapacityProviderStrategy ?? []
            return standard.isEmpty ? .launchType(.ec2) : .strategy(standard)
        }
        try CapacityProviders.check(strategy, associated: shape.capacityProviders ?? [])
        return .strategy(strategy)
    }
}
