import CodeDeployAPI
import DeploymentEngine
import ELBv2API
import Model
import Store
import Synchronization
import Testing
import WireProtocol

/// Which rules of its listeners a deployment rewrites, and what it leaves in them.
@Suite("Listener rules", .timeLimit(.minutes(1)))
struct ListenerRuleTests {
    private static let stranger =
        "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/other/0000000000000003"

    private static func forward(_ weights: [(String, Int)], sticky: Bool = false) -> ELBv2.Action {
        ELBv2.Action(
            type: .forward,
            forwardConfig: .init(
                targetGroups: weights.map { .init(targetGroupArn: $0.0, weight: $0.1) },
                targetGroupStickinessConfig: sticky ? .init(enabled: true, durationSeconds: 60) : nil))
    }

    private static func weights(_ action: ELBv2.Action?) -> [String: Int] {
        let tuples = action?.forwardConfig?.targetGroups ?? []
        return Dictionary(tuples.map { ($0.targetGroupArn ?? "", $0.weight ?? 1) }) { $1 }
    }

    @Test func everyRuleOfTheProductionListenerThatForwardsToThePairMoves() async throws {
        try await Fixture.with { fixture in
            fixture.world.state.withLock { state in
                state.listeners[FakeWorld.production] = ELBv2.Action(
                    type: .fixedResponse, fixedResponseConfig: .init(statusCode: "404"))
                state.rules[FakeWorld.production] = [
                    "plain": ELBv2.Action(type: .forward, targetGroupArn: FakeWorld.blueGroup),
                    "sticky": Self.forward([(FakeWorld.blueGroup, 1)], sticky: true),
                    "other": Self.forward([(Self.stranger, 1)]),
                ]
            }
            try await fixture.createGroup()
            try await fixture.driving {
                let id = try await fixture.deploy()
                #expect(try await fixture.end(of: id).status == .succeeded)
            }
            fixture.world.state.withLock { state in
                let rules = state.rules[FakeWorld.production] ?? [:]
                let moved = [FakeWorld.blueGroup: 0, FakeWorld.greenGroup: 100]
                #expect(Self.weights(rules["plain"]) == moved)
                #expect(Self.weights(rules["sticky"]) == moved)
                #expect(
                    rules["sticky"]?.forwardConfig?.targetGroupStickinessConfig
                        == .init(enabled: true, durationSeconds: 60))
                #expect(Self.weights(rules["other"]) == [Self.stranger: 1])
                #expect(state.listeners[FakeWorld.production]?.type == .fixedResponse)
            }
        }
    }

    @Test func testListenerMovesOnlyItsRulesOfThePair() async throws {
        try await Fixture.with { fixture in
            fixture.world.state.withLock { state in
                state.listeners[FakeWorld.test] = ELBv2.Action(
                    type: .fixedResponse, fixedResponseConfig: .init(statusCode: "404"))
                state.rules[FakeWorld.test] = ["host": Self.forward([(FakeWorld.blueGroup, 1)])]
            }
            try await fixture.createGroup()
            try await fixture.driving {
                let id = try await fixture.deploy()
                #expect(try await fixture.end(of: id).status == .succeeded)
            }
            fixture.world.state.withLock { state in
                #expect(
                    Self.weights(state.rules[FakeWorld.test]?["host"]) == [
                        FakeWorld.greenGroup: 100, FakeWorld.blueGroup: 0,
                    ])
                #expect(state.listeners[FakeWorld.test]?.type == .fixedResponse)
            }
        }
    }

    @Test(arguments: [FakeWorld.production, FakeWorld.test])
    func thirdTargetGroupInARuleIsRefusedBeforeAnythingChanges(_ listener: String) async throws {
        try await Fixture.with { fixture in
            let action = Self.forward([(FakeWorld.blueGroup, 80), (Self.stranger, 20)])
            fixture.world.state.withLock { $0.rules[listener] = ["third": action] }
            try await fixture.createGroup()
            try await fixture.driving {
                let information = try await fixture.end(of: fixture.deploy())
                #expect(information.status == .failed)
                #expect(information.errorInformation?.code == .elasticLoadBalancingInvalid)
                #expect(information.errorInformation?.message?.contains(Self.stranger) == true)
            }
            #expect(fixture.world.state.withLock { $0.rules[listener]?["third"] } == action)
            #expect(fixture.world.state.withLock { $0.taskSets.count } == 1)
        }
    }

    @Test func targetGroupThatIsAddedMeanwhileIsKept() async throws {
        try await Fixture.with { fixture in
            try await fixture.createGroup { $0.deploymentConfigName = "CodeDeployDefault.ECSCanary10Percent5Minutes" }
            try await fixture.driving {
                let id = try await fixture.deploy()
                try await fixture.until(id) { machine in machine.taskSets.contains { $0.trafficWeight == 10 } }
                fixture.world.state.withLock { state in
                    state.listeners[FakeWorld.production]?.forwardConfig?.targetGroups?.append(
                        .init(targetGroupArn: Self.stranger, weight: 5))
                }
                #expect(try await fixture.end(of: id).status == .succeeded)
            }
            #expect(fixture.world.weights() == [FakeWorld.blueGroup: 0, FakeWorld.greenGroup: 100, Self.stranger: 5])
        }
    }

    @Test func primaryGroupThatNoRuleForwardsToFailsTheDeployment() async throws {
        try await Fixture.with { fixture in
            fixture.world.state.withLock {
                $0.listeners[FakeWorld.production] = ELBv2.Action(type: .forward, targetGroupArn: FakeWorld.greenGroup)
            }
            try await fixture.createGroup()
            try await fixture.driving {
                let information = try await fixture.end(of: fixture.deploy())
                #expect(information.errorInformation?.code == .elasticLoadBalancingInvalid)
                #expect(
                    information.errorInformation?.message
                        == "The ELB could not be updated due to the following error: Primary taskset target group must be behind listener"
                )
            }
        }
    }

    @Test func oneListenerCannotServeBothRoutes() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.call(
                CodeDeploy.CreateApplication.self, .init(applicationName: "app", computePlatform: .ecs))
            await expect(code: "InvalidTargetGroupPairException") {
                try await fixture.call(
                    CodeDeploy.CreateDeploymentGroup.self,
                    Fixture.group {
                        $0.loadBalancerInfo?.targetGroupPairInfoList?[0].testTrafficRoute = .init(listenerArns: [
                            FakeWorld.production
                        ])
                    })
            }
        }
    }
}
