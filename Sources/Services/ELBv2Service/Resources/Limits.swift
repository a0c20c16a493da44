/// The quotas of an account (DescribeAccountLimits; elbv2.md, section 11).
enum Limits {
    static let loadBalancers = 50
    static let listenersPerLoadBalancer = 50
    static let rulesPerLoadBalancer = 100
    static let targetGroups = 3000
    static let targetGroupsPerLoadBalancer = 100
    static let targetsPerTargetGroup = 1000
    static let tagsPerResource = 50

    /// In the API's names.
    static let all: [(name: String, max: Int)] = [
        ("application-load-balancers", Self.loadBalancers),
        ("listeners-per-application-load-balancer", Self.listenersPerLoadBalancer),
        ("rules-per-application-load-balancer", Self.rulesPerLoadBalancer),
        ("target-groups", Self.targetGroups),
        ("target-groups-per-action-on-application-load-balancer", 5),
        ("target-groups-per-application-load-balancer", Self.targetGroupsPerLoadBalancer),
        ("targets-per-application-load-balancer", 1000),
        ("targets-per-target-group", Self.targetsPerTargetGroup),
        ("condition-values-per-alb-rule", 5),
        ("condition-wildcards-per-alb-rule", 5),
    ]
}
