import DeploymentEngine
import Model
import Testing

/// Tasks under scale-in protection in the reconciler's plans.
@Suite struct TaskProtectionTests {
    private let end = Fixture.now + .seconds(60)

    private func plan(_ service: DesiredService, _ tasks: [ObservedTask], at now: Timestamp = Fixture.now)
        -> ServicePlan
    {
        ServiceReconciler.plan(desired: service, observed: .init(tasks: tasks), at: now)
    }

    private func protected(_ task: ObservedTask) -> ObservedTask {
        var task = task
        task.protectedUntil = self.end
        return task
    }

    @Test func scaleInTakesOthersAndWaitsForTheEndOfTheRest() {
        let service = Fixture.rolling(1, Fixture.revision("new", .primary, completed: true))
        let tasks = [
            self.protected(Fixture.healthy("a", "new")), self.protected(Fixture.healthy("b", "new")),
            Fixture.healthy("c", "new"),
        ]
        let plan = self.plan(service, tasks)
        #expect(plan.stops.map(\.task) == ["c"])
        #expect(plan.wakeAt == self.end)
        #expect(self.plan(service, tasks, at: self.end).stops.count == 2)
    }

    @Test func aDeploymentGoesRoundThemAndIsNotComplete() {
        let service = Fixture.rolling(
            1, Fixture.revision("new", .primary), Fixture.revision("old", .active, completed: true))
        let old = self.protected(Fixture.healthy("a", "old"))
        #expect(self.plan(service, [old]).starts == [.init(revision: "new", count: 1)])
        let later = self.plan(service, [old, Fixture.healthy("b", "new")])
        #expect(later.stops.isEmpty)
        #expect(later.revisions.first { $0.id == "new" }?.progress.rollout == .inProgress)
        #expect(self.plan(service, [old, Fixture.healthy("b", "new")], at: self.end).stops.map(\.task) == ["a"])
    }

    @Test func theMaximumGivesThemNoRoom() {
        let service = Fixture.rolling(
            1, minimum: 0, maximum: 100, Fixture.revision("new", .primary),
            Fixture.revision("old", .active, completed: true))
        let plan = self.plan(service, [self.protected(Fixture.healthy("a", "old"))])
        #expect(plan.starts.isEmpty && plan.stops.isEmpty)
        #expect(plan.events == [.blockedByConfiguration])
    }

    @Test func aTaskSetShrinksWithoutThem() {
        let service = DesiredService(
            controller: .taskSets, desiredCount: 0, revisions: [Fixture.revision("blue", .primary)])
        let plan = self.plan(service, [self.protected(Fixture.healthy("a", "blue")), Fixture.healthy("b", "blue")])
        #expect(plan.stops.map(\.task) == ["b"])
    }

    @Test func sicknessAndDeletionTakeThemAll() {
        var service = Fixture.rolling(1, Fixture.revision("new", .primary, completed: true))
        let sick = self.plan(service, [self.protected(Fixture.sick("a", "new")), Fixture.healthy("b", "new")])
        #expect(sick.stops.map(\.task) == ["a"])
        service.isDraining = true
        #expect(self.plan(service, [self.protected(Fixture.healthy("a", "new"))]).stops.map(\.task) == ["a"])
    }
}
