import Model
import Testing
import TrafficRouting

@testable import DataPlane

@Suite struct ProbeScheduleTests {
    private let key = TargetKey(
        group: TargetGroupID("a"), target: TargetID(id: "10.0.0.2", port: 80), address: "10.0.0.2")

    private func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1000) }

    private func snapshot(registeredAt: Timestamp) -> RoutingSnapshot {
        let target = Target(id: self.key.target, address: self.key.address, registeredAt: registeredAt)
        let listener = Listener(
            id: ListenerID("l"), port: 80, rules: [],
            defaultRule: .default(id: RuleID("r"), action: .forward(["a": 1])))
        return RoutingSnapshot(
            generation: Generation(1),
            loadBalancers: [LoadBalancer(id: LoadBalancerID("lb"), dnsName: "lb", listeners: [listener])],
            targetGroups: [TargetGroup(id: self.key.group, targets: [target])])
    }

    @Test func aTargetThatIsRegisteredAnewIsProbedAnew() throws {
        var schedule = ProbeSchedule(remembering: [:])
        let first = self.snapshot(registeredAt: self.at(1))
        schedule.update(first, at: self.at(1))
        let probe = try #require(schedule.due(at: self.at(1)).first)
        schedule.finished(probe, .code(200), at: self.at(1))
        #expect(schedule.health(in: first)[self.key]?.health == .healthy)
        schedule.update(first, at: self.at(2))
        #expect(schedule.health(in: first)[self.key]?.health == .healthy)

        // No snapshot in between showed the target draining or gone.
        let second = self.snapshot(registeredAt: self.at(3))
        schedule.update(second, at: self.at(3))
        #expect(schedule.health(in: second)[self.key]?.health == .registering)
        // A probe of the registration before tells nothing of this one.
        schedule.finished(probe, .code(200), at: self.at(3))
        #expect(schedule.health(in: second)[self.key]?.health == .registering)
        #expect(schedule.due(at: self.at(3)).count == 1)
    }

    @Test(arguments: [(Int64(1), TargetHealth.healthy), (2, .registering)])
    func whatAProxyBeforeKnewCountsForTheSameRegistrationOnly(registered: Int64, expected: TargetHealth) {
        let remembered = TargetVerdict(health: .healthy, registeredAt: self.at(1))
        var schedule = ProbeSchedule(remembering: [self.key: remembered])
        let snapshot = self.snapshot(registeredAt: self.at(registered))
        schedule.update(snapshot, at: self.at(5))
        #expect(schedule.health(in: snapshot)[self.key]?.health == expected)
    }
}
