internal import ECSAPI
internal import Store

/// The load balancers of a service or task set.
enum LoadBalancerRules {
    /// - Parameter definition: `nil` where the tasks are not known yet.
    /// - Throws: `InvalidParameterException` naming the first thing that is wrong, or not supported.
    static func check(_ loadBalancers: [ECS.LoadBalancer], with definition: ECS.TaskDefinition?) throws {
        guard loadBalancers.count <= 5 else {
            throw ECS.Errors.invalidParameterException("A service can have at most 5 target groups.")
        }
        var groups: Set<String> = []
        for loadBalancer in loadBalancers {
            try self.check(loadBalancer)
            let group = loadBalancer.targetGroupArn ?? ""
            guard groups.insert(group).inserted else {
                throw ECS.Errors.invalidParameterException("Duplicate targetGroupArn found: \(group)")
            }
            if let definition { try self.checkContainer(of: loadBalancer, in: definition) }
        }
    }

    private static func check(_ loadBalancer: ECS.LoadBalancer) throws {
        guard loadBalancer.loadBalancerName == nil else {
            guard loadBalancer.targetGroupArn == nil else {
                throw ECS.Errors.invalidParameterException(
                    "loadBalancerName and targetGroupArn cannot both be specified. You must specify either a loadBalancerName or a targetGroupArn."
                )
            }
            throw ECS.Errors.invalidParameterException(
                "classic load balancers (loadBalancerName) are not supported by Teal")
        }
        guard loadBalancer.targetGroupArn?.isEmpty == false else {
            throw ECS.Errors.invalidParameterException("targetGroupArn can not be blank.")
        }
    }

    private static func checkContainer(of loadBalancer: ECS.LoadBalancer, in definition: ECS.TaskDefinition) throws {
        let name = loadBalancer.containerName ?? ""
        guard let container = definition.containerDefinitions?.first(where: { $0.name == name }) else {
            throw ECS.Errors.invalidParameterException("The container \(name) does not exist in the task definition.")
        }
        let port = loadBalancer.containerPort ?? 0
        guard container.portMappings?.contains(where: { $0.containerPort == port }) == true else {
            throw ECS.Errors.invalidParameterException(
                "The container \(name) did not have a container port \(port) defined.")
        }
    }

    /// - Throws: `InvalidParameterException` where the controller wants another number of them.
    static func checkCount(of loadBalancers: [ECS.LoadBalancer], controller: StoredService.Controller) throws {
        switch controller {
        case .external:
            guard loadBalancers.isEmpty else {
                throw ECS.Errors.invalidParameterException("LoadBalancers must be empty or null.")
            }
        case .codeDeploy:
            guard loadBalancers.count == 1 else {
                throw ECS.Errors.invalidParameterException(
                    "Services with a CODE_DEPLOY deployment controller must have exactly one load balancer, not \(loadBalancers.count)."
                )
            }
        case .ecs: break
        }
    }

    /// - Throws: `InvalidParameterException` for a grace period that nothing would use.
    static func checkGracePeriod(_ seconds: Int?, _ loadBalancers: [ECS.LoadBalancer]) throws {
        guard let seconds else { return }
        guard !loadBalancers.isEmpty else {
            throw ECS.Errors.invalidParameterException(
                "Health check grace period is only valid for services configured to use load balancers")
        }
        guard (0...2_147_483_647).contains(seconds) else {
            throw ECS.Errors.invalidParameterException(
                "healthCheckGracePeriodSeconds must be between 0 and 2147483647, not \(seconds).")
        }
    }
}
