import ELBv2API
import Model
import ProxyFeed
import Store
import Testing
import TrafficRouting
import WireProtocol

@testable import ELBv2Service

@Suite struct TargetTests {
    private let target = ELBv2.TargetDescription(id: "127.0.0.1", port: 8080)

    private func health(_ fixture: Fixture, _ group: String, _ targets: [ELBv2.TargetDescription]? = nil) async throws
        -> [String]
    {
        try await fixture.aws.call(
            ELBv2.DescribeTargetHealth.self, .init(targetGroupArn: group, targets: targets)
        ).targetHealthDescriptions?.map {
            "\($0.targetHealth?.state?.rawValue ?? "") \($0.targetHealth?.reason?.rawValue ?? "")"
        } ?? []
    }

    @Test func aTargetOfAGroupThatNoRuleNamesIsUnused() async throws {
        try await Fixture.with { fixture in
            let group = try await fixture.targetGroup("blue")
            _ = try await fixture.aws.call(
                ELBv2.RegisterTargets.self, .init(targetGroupArn: group, targets: [self.target]))
            #expect(try await self.health(fixture, group) == ["unused Target.NotInUse"])
            #expect(
                try await self.health(fixture, group, [.init(id: "127.0.0.9", port: 1)]) == [
                    "unused Target.NotRegistered"
                ])
            _ = try await fixture.aws.call(
                ELBv2.DeregisterTargets.self, .init(targetGroupArn: group, targets: [self.target]))
            #expect(try await self.health(fixture, group) == [])
        }
    }

    @Test func healthFollowsTheProxyAndDrainingLastsForTheDelay() async throws {
        try await Fixture.with { fixture in
            let group = try await fixture.targetGroup("blue")
            _ = try await fixture.listener(fixture.loadBalancer(), port: freePort(), forwardingTo: group)
            _ = try await fixture.aws.call(
                ELBv2.RegisterTargets.self, .init(targetGroupArn: group, targets: [self.target]))
            #expect(try await self.health(fixture, group) == ["unavailable Elb.InternalError"])
            let board = fixture.service.handlers.board
            board.apply([], complete: true)
            #expect(try await self.health(fixture, group) == ["initial Elb.RegistrationInProgress"])
            let id = TargetID(id: "127.0.0.1", port: 8080)
            board.apply(
                [.init(group: TargetGroupID(group), target: id, health: .unhealthy(.codeMismatch(503)))], complete: true
            )
            #expect(try await self.health(fixture, group) == ["unhealthy Target.ResponseCodeMismatch"])
            board.apply([.init(group: TargetGroupID(group), target: id, health: .healthy)], complete: false)
            #expect(try await self.health(fixture, group) == ["healthy "])
            _ = try await fixture.aws.call(
                ELBv2.DeregisterTargets.self, .init(targetGroupArn: group, targets: [self.target]))
            #expect(try await self.health(fixture, group) == ["draining Target.DeregistrationInProgress"])
            let deadline = try await fixture.store.read { try $0.nextDrainDeadline() }
            #expect(deadline == fixture.clock.now() + .seconds(300))
            _ = try await fixture.aws.call(
                ELBv2.RegisterTargets.self, .init(targetGroupArn: group, targets: [self.target]))
            #expect(try await fixture.store.read { try $0.nextDrainDeadline() } == nil)
        }
    }

    /// Tasks come and go faster than addresses: the next one to have an address starts without a verdict.
    @Test func aNewRegistrationDoesNotInheritTheHealthOfTheOneBefore() async throws {
        try await Fixture.with { fixture in
            let group = try await fixture.targetGroup("blue")
            _ = try await fixture.listener(fixture.loadBalancer(), port: freePort(), forwardingTo: group)
            func register() async throws {
                _ = try await fixture.aws.call(
                    ELBv2.RegisterTargets.self, .init(targetGroupArn: group, targets: [self.target]))
            }
            func report() {
                fixture.service.handlers.board.apply(
                    [
                        .init(
                            group: TargetGroupID(group), target: TargetID(id: "127.0.0.1", port: 8080),
                            health: .healthy,
                            registeredAt: fixture.clock.now())
                    ], complete: true)
            }
            try await register()
            report()
            #expect(try await self.health(fixture, group) == ["healthy "])
            fixture.clock.advance(by: .seconds(1))
            try await register()
            #expect(try await self.health(fixture, group) == ["healthy "])
            _ = try await fixture.aws.call(
                ELBv2.DeregisterTargets.self, .init(targetGroupArn: group, targets: [self.target]))
            try await register()
            #expect(try await self.health(fixture, group) == ["initial Elb.RegistrationInProgress"])
            report()
            #expect(try await self.health(fixture, group) == ["healthy "])
        }
    }

    @Test(arguments: [
        ELBv2.CreateTargetGroupInput(name: "t", protocol: .http, port: 80, vpcId: "vpc-1", targetType: .lambda),
        ELBv2.CreateTargetGroupInput(name: "t", protocol: .tcp, port: 80, vpcId: "vpc-1", targetType: .ip),
        ELBv2.CreateTargetGroupInput(name: "t", protocol: .http, protocolVersion: "GRPC", port: 80, vpcId: "vpc-1"),
        ELBv2.CreateTargetGroupInput(name: "t", protocol: .http, vpcId: "vpc-1"),
        ELBv2.CreateTargetGroupInput(name: "t", protocol: .http, port: 80),
        ELBv2.CreateTargetGroupInput(
            name: "t", protocol: .http, port: 80, vpcId: "vpc-1", healthCheckIntervalSeconds: 5,
            healthCheckTimeoutSeconds: 5),
        ELBv2.CreateTargetGroupInput(
            name: "t", protocol: .http, port: 80, vpcId: "vpc-1", matcher: .init(httpCode: "100-700")),
    ])
    func whatATargetGroupCannotBeIsRefused(input: ELBv2.CreateTargetGroupInput) async throws {
        try await Fixture.with { fixture in
            let code = await fixture.code { _ = try await fixture.aws.call(ELBv2.CreateTargetGroup.self, input) }
            #expect(code == "ValidationError")
        }
    }

    @Test(
        arguments: [
            ([("slow_start.duration_seconds", "30")], nil),
            ([("slow_start.duration_seconds", "29")], "ValidationError"),
            ([("slow_start.duration_seconds", "901")], "ValidationError"),
            (
                [
                    ("slow_start.duration_seconds", "30"),
                    ("load_balancing.algorithm.type", "least_outstanding_requests"),
                ], "InvalidConfigurationRequest"
            ),
            (
                [("slow_start.duration_seconds", "30"), ("load_balancing.algorithm.type", "weighted_random")],
                "InvalidConfigurationRequest"
            ),
            ([("load_balancing.algorithm.anomaly_mitigation", "on")], "InvalidConfigurationRequest"),
        ] as [([(String, String)], String?)])
    func slowStartGoesWithRoundRobinOnly(attributes: [(String, String)], code: String?) async throws {
        try await Fixture.with { fixture in
            let group = try await fixture.targetGroup("blue")
            let answer = await fixture.code {
                _ = try await fixture.aws.call(
                    ELBv2.ModifyTargetGroupAttributes.self,
                    .init(targetGroupArn: group, attributes: attributes.map { .init(key: $0.0, value: $0.1) }))
            }
            #expect(answer == code)
        }
    }

    @Test func anEmptyProtocolVersionMeansTheDefault() async throws {
        try await Fixture.with { fixture in
            let output = try await fixture.aws.call(
                ELBv2.CreateTargetGroup.self,
                .init(name: "t", protocol: .http, protocolVersion: "", port: 80, vpcId: "vpc-1", targetType: .ip))
            #expect(output.targetGroups?.first?.protocolVersion == "HTTP1")
        }
    }

    @Test func tagsAreSetChangedAndRemoved() async throws {
        try await Fixture.with { fixture in
            let group = try await fixture.targetGroup("blue")
            _ = try await fixture.aws.call(
                ELBv2.AddTags.self,
                .init(resourceArns: [group], tags: [.init(key: "a", value: "1"), .init(key: "b", value: "2")]))
            _ = try await fixture.aws.call(
                ELBv2.AddTags.self, .init(resourceArns: [group], tags: [.init(key: "a", value: "3")]))
            _ = try await fixture.aws.call(ELBv2.RemoveTags.self, .init(resourceArns: [group], tagKeys: ["b"]))
            let tags = try await fixture.aws.call(ELBv2.DescribeTags.self, .init(resourceArns: [group]))
            #expect(tags.tagDescriptions?.first?.tags == [.init(key: "a", value: "3")])
        }
    }
}
