import DeploymentEngine
import Model
import Testing

@Suite struct ServiceReconcilerTaskSetTests {
    private func plan(_ revisions: [DesiredService.Revision], _ tasks: [ObservedTask]) -> ServicePlan {
        ServiceReconciler.plan(
            desired: DesiredService(controller: .taskSets, desiredCount: 2, revisions: revisions),
            observed: .init(tasks: tasks), at: Fixture.now)
    }

    @Test func eachTaskSetHasItsOwnCount() {
        let plan = self.plan(
            [Fixture.revision("blue", .primary, count: 2), Fixture.revision("green", .active, count: 1)],
            [Fixture.healthy("a", "blue")])
        #expect(plan.starts == [.init(revision: "blue", count: 1), .init(revision: "green", count: 1)])
    }

    @Test func aTaskSetIsSteadyWhenItsTargetsAreHealthy() {
        let blue = Fixture.revision("blue", .primary, count: 1)
        var unproven = Fixture.healthy("a", "blue")
        unproven.targetHealth = .pending
        #expect(self.plan([blue], [unproven]).revisions[0].progress.steadySince == nil)
        let plan = self.plan([blue], [Fixture.healthy("a", "blue")])
        #expect(plan.revisions[0].progress.steadySince == Fixture.now)
        #expect(plan.events == [.steadyState])
    }

    @Test func aServiceIsNotSteadyWhileItIsDeployed() {
        var desired = DesiredService(
            controller: .taskSets, desiredCount: 1, isDeploying: true,
            revisions: [Fixture.revision("green", .primary, count: 1)])
        let observed = ObservedService(tasks: [Fixture.healthy("a", "green")])
        let plan = ServiceReconciler.plan(desired: desired, observed: observed, at: Fixture.now)
        #expect(plan.revisions[0].progress.steadySince == Fixture.now)
        #expect(plan.steadySince == nil && plan.events.isEmpty)
        desired.isDeploying = false
        let settled = ServiceReconciler.plan(desired: desired, observed: observed, at: Fixture.now)
        #expect(settled.events == [.steadyState])
    }

    @Test func aTaskSetOfNoneIsSteadyAtOnce() {
        #expect(self.plan([Fixture.revision("green", .active, count: 0)], []).revisions[0].progress.steadySince != nil)
    }

    @Test func aTaskThatDiesIsReplacedBesideTheOneThatLeaves() {
        let plan = self.plan(
            [Fixture.revision("blue", .primary, count: 1)], ["a", "b", "c"].map { Fixture.leaving($0, "blue") })
        #expect(plan.starts == [.init(revision: "blue", count: 1)])
    }

    @Test func aSickTaskOfATaskSetIsReplacedFirst() {
        let blue = Fixture.revision("blue", .primary, count: 1)
        let first = self.plan([blue], [Fixture.sick("a", "blue")])
        #expect(first.starts == [.init(revision: "blue", count: 1)] && first.stops.isEmpty)
        let then = self.plan([blue], [Fixture.sick("a", "blue"), Fixture.healthy("b", "blue")])
        #expect(then.stops.map(\.task) == ["a"])
    }

    @Test func aDrainingTaskSetStopsItsTasksAndVanishesAfterThem() {
        let sets = [Fixture.revision("blue", .draining), Fixture.revision("green", .primary, count: 1)]
        let green = Fixture.healthy("g", "green")
        let first = self.plan(sets, [Fixture.healthy("a", "blue"), green])
        #expect(first.stops.map(\.task) == ["a"])
        #expect(first.finished.isEmpty)
        #expect(self.plan(sets, [Fixture.leaving("a", "blue"), green]).finished.isEmpty)
        #expect(self.plan(sets, [green]).finished == ["blue"])
    }
}
