internal import DeploymentEngine
internal import ECSAPI
internal import ELBv2API
internal import ListenerRouting
internal import Store
internal import WireProtocol

/// The production and test traffic of a service's load balancers, as listener rules lead it.
struct RevisionTraffic: Sendable {
    /// One load balancer of the service, with everything that moving traffic needs.
    struct Route: Hashable, Sendable {
        /// Of the two target groups: they are a pair, not colours.
        let targetGroup: String
        let alternate: String
        let productionRule: String
        let testRule: String?

        /// `nil` without an `advancedConfiguration`.
        init?(_ loadBalancer: ECS.LoadBalancer) {
            guard let advanced = loadBalancer.advancedConfiguration, let targetGroup = loadBalancer.targetGroupArn,
                let alternate = advanced.alternateTargetGroupArn, let rule = advanced.productionListenerRule
            else { return nil }
            self.targetGroup = targetGroup
            self.alternate = alternate
            self.productionRule = rule
            self.testRule = advanced.testListenerRule
        }

        func other(than group: String) -> String { group == self.targetGroup ? self.alternate : self.targetGroup }
    }

    /// What the rules say before a deployment begins.
    struct Inspection: Hashable, Sendable {
        /// By route, the group that the target revision gets.
        var groups: [Route: String] = [:]
        /// More than one group has production traffic.
        var isSplit = false
    }

    let aws: AWSClient
    private var rules: RuleForwarding { RuleForwarding(self.aws) }

    init(aws: AWSClient) { self.aws = aws }

    /// The target revision gets the group that does not serve, whichever the service names first.
    /// - Parameter toleratesSplit: an earlier deployment was left half-way, and `source` names its groups.
    /// - Throws: `DeploymentRefusal` with the words of ECS.
    func inspect(_ routes: [Route], source: [Route: String], toleratesSplit: Bool) async throws -> Inspection {
        var inspection = Inspection()
        for route in routes {
            let weights = try await self.rule(route.productionRule).forwardWeights
            let serving = weights.filter { $0.value > 0 }.keys.sorted()
            if let stranger = serving.first(where: { $0 != route.targetGroup && $0 != route.alternate }) {
                throw DeploymentRefusal.rejected(
                    "Production listener rule is forwarding traffic to unexpected target group \(stranger). Expected traffic to be "
                        + "forwarded to either targetGroupArn: \(route.targetGroup) or alternateTargetGroupArn: \(route.alternate)"
                )
            }
            guard serving.count == 1 || toleratesSplit else {
                throw DeploymentRefusal.rejected(
                    "productionListenerRule \(route.productionRule) should have exactly one target group serving traffic but "
                        + "found \(serving.count) target groups which are serving traffic")
            }
            let live = source[route] ?? serving.first ?? route.targetGroup
            let target = route.other(than: live)
            if serving != [live] { inspection.isSplit = true }
            let tested = try await self.testGroups(route)
            guard weights[target] != nil || tested.contains(target) else {
                throw DeploymentRefusal.rejected(
                    "Target group \(target) is not associated with either productionListenerRule or testListenerRule.")
            }
            inspection.groups[route] = target
        }
        return inspection
    }

    private func testGroups(_ route: Route) async throws -> Set<String> {
        guard let arn = route.testRule else { return [] }
        return Set(try await self.rule(arn).forwardWeights.keys)
    }

    /// - Parameter permille: the share of `target`, in tenths of a percent.
    /// - Throws: `DeploymentRefusal.notYet` until the load balancer serves it.
    func setProduction(_ routes: [Route], target: [Route: String], permille: Int) async throws {
        for route in routes {
            guard let group = target[route] else { continue }
            let (own, other) =
                permille.isMultiple(of: 10) ? (permille / 10, 100 - permille / 10) : (permille, 1000 - permille)
            try await self.write(
                [.init(group, own), .init(route.other(than: group), other)], into: route.productionRule)
        }
    }

    func setTest(_ routes: [Route], to groups: [Route: String]) async throws {
        for route in routes {
            guard let rule = route.testRule, let group = groups[route] else { continue }
            try await self.write([.init(group, 100), .init(route.other(than: group), 0)], into: rule)
        }
    }

    /// - Throws: `DeploymentRefusal.notYet` while one of the groups has no healthy target.
    func requireHealthyTarget(in groups: some Sequence<String>) async throws {
        for group in groups {
            let health = try await self.aws.call(ELBv2.DescribeTargetHealth.self, .init(targetGroupArn: group))
            guard health.targetHealthDescriptions?.contains(where: { $0.targetHealth?.state == .healthy }) == true
            else {
                throw DeploymentRefusal.notYet("target group \(group) has no healthy target")
            }
        }
    }

    private func write(_ weights: [ForwardWeight], into arn: String) async throws {
        let rule = try await self.rule(arn)
        guard try await self.rules.write(weights, into: [rule], of: Self.listener(of: arn)) else {
            throw DeploymentRefusal.notYet("the load balancer does not serve the new weights yet")
        }
    }

    private func rule(_ arn: String) async throws -> ELBv2.Rule {
        guard let rule = try await self.rules.rule(arn) else {
            throw DeploymentRefusal.rejected("The listener rule \(arn) does not exist.")
        }
        return rule
    }

    /// `…:listener/app/LB/LBID/LISTENERID` of the rule `…:listener-rule/app/LB/LBID/LISTENERID/RULEID`.
    static func listener(of rule: String) -> String {
        let parts = rule.replacing(":listener-rule/", with: ":listener/").split(
            separator: "/", omittingEmptySubsequences: false)
        return parts.dropLast().joined(separator: "/")
    }
}

/// A command's failure on its way out of the executor.
struct DeploymentRefusal: Error {
    let failure: ServiceDeployment.CommandFailure

    static func rejected(_ reason: String) -> DeploymentRefusal { .init(failure: .rejected(reason: reason)) }

    static func notYet(_ reason: String) -> DeploymentRefusal { .init(failure: .notYet(reason: reason)) }
}
