import ELBv2API
import Model
import Store
import Testing
import TrafficRouting
import WireProtocol

@testable import ELBv2Service

@Suite struct StickinessTests {
    private func set(_ fixture: Fixture, _ group: String, _ attributes: [String: String]) async throws {
        _ = try await fixture.aws.call(
            ELBv2.ModifyTargetGroupAttributes.self,
            .init(
                targetGroupArn: group,
                attributes: attributes.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: $0.value) }))
    }

    private func forward(_ weights: KeyValuePairs<String, Int>, stickiness: ELBv2.TargetGroupStickinessConfig? = nil)
        -> ELBv2.Action
    {
        ELBv2.Action(
            type: .forward,
            forwardConfig: .init(
                targetGroups: weights.map { .init(targetGroupArn: $0.key, weight: $0.value) },
                targetGroupStickinessConfig: stickiness))
    }

    private func snapshot(_ fixture: Fixture) async throws -> RoutingSnapshot {
        var compiler = SnapshotCompiler(portOffset: 0)
        return try compiler.compile(try await fixture.store.read { try RoutingRecords($0) })
    }

    @Test func bothKindsOfTargetStickinessReachTheProxy() async throws {
        try await Fixture.with { fixture in
            let group = try await fixture.targetGroup("blue")
            try await self.set(
                fixture, group, ["stickiness.enabled": "true", "stickiness.lb_cookie.duration_seconds": "60"])
            var sticky = try await self.snapshot(fixture).targetGroups.first?.attributes.stickiness
            #expect(sticky == .loadBalancerCookie(duration: .seconds(60)))
            try await self.set(
                fixture, group,
                ["stickiness.type": "app_cookie", "stickiness.app_cookie.cookie_name": "JSESSIONID"])
            sticky = try await self.snapshot(fixture).targetGroups.first?.attributes.stickiness
            #expect(sticky == .applicationCookie(name: "JSESSIONID", duration: .seconds(86400)))
            try await self.set(fixture, group, ["stickiness.enabled": "false"])
            #expect(try await self.snapshot(fixture).targetGroups.first?.attributes.stickiness == nil)
        }
    }

    @Test(arguments: [
        (["stickiness.enabled": "true", "stickiness.type": "app_cookie"], "InvalidConfigurationRequest"),
        (["stickiness.app_cookie.cookie_name": "AWSALBAPP-x"], "InvalidConfigurationRequest"),
        (["stickiness.app_cookie.cookie_name": "a b"], "ValidationError"),
        (["stickiness.app_cookie.duration_seconds": "604801"], "ValidationError"),
        (["stickiness.lb_cookie.duration_seconds": "0"], "ValidationError"),
        (["stickiness.enabled": "true", "stickiness.type": "source_ip"], "InvalidConfigurationRequest"),
    ])
    func whatStickinessCannotBeIsRefused(attributes: [String: String], code: String) async throws {
        try await Fixture.with { fixture in
            let group = try await fixture.targetGroup("blue")
            #expect(await fixture.code { try await self.set(fixture, group, attributes) } == code)
            #expect(try await self.snapshot(fixture).targetGroups.first?.attributes == TargetGroupAttributes())
        }
    }

    @Test func aForwardActionKeepsClientsWithTheirGroup() async throws {
        try await Fixture.with { fixture in
            let (blue, green) = (try await fixture.targetGroup("blue"), try await fixture.targetGroup("green"))
            let listener = try await fixture.listener(fixture.loadBalancer(), port: freePort(), forwardingTo: blue)
            func modify(_ stickiness: ELBv2.TargetGroupStickinessConfig) async throws -> ELBv2.Listener? {
                let action = self.forward([blue: 1, green: 1], stickiness: stickiness)
                return try await fixture.aws.call(
                    ELBv2.ModifyListener.self, .init(listenerArn: listener, defaultActions: [action])
                ).listeners?.first
            }
            let shown = try await modify(.init(enabled: true, durationSeconds: 60))
            #expect(
                shown?.defaultActions?.first?.forwardConfig?.targetGroupStickinessConfig
                    == .init(enabled: true, durationSeconds: 60))
            let action = try await self.snapshot(fixture).loadBalancers.first?.listeners.first?.defaultRule.action
            guard case .forward(let forward) = action else {
                Issue.record("not a forward action: \(String(describing: action))")
                return
            }
            #expect(forward.stickiness == .seconds(60))
            #expect(await fixture.code { _ = try await modify(.init(enabled: true)) } == "ValidationError")
            for duration in [0, 604_801] {
                let code = await fixture.code {
                    _ = try await modify(.init(enabled: true, durationSeconds: duration))
                }
                #expect(code == "ValidationError")
            }
        }
    }

    @Test func stickyTargetsBehindWeightsAskForStickyGroups() async throws {
        try await Fixture.with { fixture in
            let (blue, green) = (try await fixture.targetGroup("blue"), try await fixture.targetGroup("green"))
            let listener = try await fixture.listener(fixture.loadBalancer(), port: freePort(), forwardingTo: blue)
            func modify(_ action: ELBv2.Action) async -> String? {
                await fixture.code {
                    _ = try await fixture.aws.call(
                        ELBv2.ModifyListener.self, .init(listenerArn: listener, defaultActions: [action]))
                }
            }
            let enabled = ["stickiness.enabled": "true"]
            #expect(await modify(self.forward([blue: 9, green: 1])) == nil)
            let code = await fixture.code { try await self.set(fixture, blue, enabled) }
            #expect(code == "InvalidConfigurationRequest")
            // All of the traffic on one side of a pair is not shared out.
            #expect(await modify(self.forward([blue: 100, green: 0])) == nil)
            try await self.set(fixture, blue, enabled)
            #expect(await modify(self.forward([blue: 9, green: 1])) == "InvalidLoadBalancerAction")
            let sticky = ELBv2.TargetGroupStickinessConfig(enabled: true, durationSeconds: 60)
            #expect(await modify(self.forward([blue: 9, green: 1], stickiness: sticky)) == nil)
        }
    }
}
