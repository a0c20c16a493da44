internal import ECSAPI

/// Placement constraints and strategies of a call. With one container instance a cluster, every strategy comes out the same;
/// constraints would not.
enum PlacementRules {
    /// - Throws: `InvalidParameterException` naming the first thing that is wrong, or that Teal does not know.
    static func check(
        _ constraints: [ECS.PlacementConstraint]?, _ strategies: [ECS.PlacementStrategy]?, isFargate: Bool
    ) throws {
        let (constraints, strategies) = (constraints ?? [], strategies ?? [])
        guard constraints.count <= 10 else {
            throw ECS.Errors.invalidParameterException("A task can have at most 10 placement constraints.")
        }
        guard strategies.count <= 5 else {
            throw ECS.Errors.invalidParameterException("A task can have at most 5 placement strategies.")
        }
        guard !isFargate || (constraints.isEmpty && strategies.isEmpty) else {
            throw ECS.Errors.invalidParameterException(
                "Placement constraints and placement strategies are not supported with the FARGATE launch type.")
        }
        if let type = constraints.first?.type {
            throw ECS.Errors.invalidParameterException(
                "placementConstraints of type \(type.rawValue) is not supported by Teal")
        }
        for strategy in strategies {
            switch strategy.type {
            case .binpack:
                guard ["cpu", "memory"].contains(strategy.field?.lowercased()) else {
                    throw ECS.Errors.invalidParameterException("Invalid field for placement strategy 'binpack'.")
                }
            case .random:
                guard strategy.field?.isEmpty != false else {
                    throw ECS.Errors.invalidParameterException(
                        "A field can not be specified for placement strategy 'random'.")
                }
            case .spread:
                guard strategy.field?.isEmpty == false else {
                    throw ECS.Errors.invalidParameterException(
                        "A field must be specified for placement strategy 'spread'.")
                }
            case .unknown, nil:
                throw ECS.Errors.invalidParameterException(
                    "A placement strategy needs a type: random, spread or binpack.")
            }
        }
    }
}
