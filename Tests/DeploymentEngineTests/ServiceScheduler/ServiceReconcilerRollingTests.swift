import DeploymentEngine
import Model
import Testing

/// Values that these tests build services from. A service here has targets unless a test says otherwise.
enum Fixture {
    static let now = Timestamp(milliseconds: 10_000_000)

    static func revision(_ id: String, _ role: DesiredService.Revision.Role, count: Int = 0, completed: Bool = false)
        -> DesiredService.Revision
    {
        var progress = RevisionProgress()
        if completed { progress.rollout = .completed }
        return .init(id: id, role: role, desiredCount: count, hasTargets: true, progress: progress)
    }

    static func rolling(
        _ desiredCount: Int, minimum: Int = 100, maximum: Int = 200, _ revisions: DesiredService.Revision...
    ) -> DesiredService {
        DesiredService(
            controller: .rolling(minimumHealthyPercent: minimum, maximumPercent: maximum), desiredCount: desiredCount,
            revisions: revisions)
    }

    static func healthy(_ id: String, _ revision: String) -> ObservedTask {
        ObservedTask(
            id: id, revision: revision, phase: .running, createdAt: .epoch, runningSince: .epoch, targetHealth: .healthy
        )
    }

    static func starting(_ id: String, _ revision: String) -> ObservedTask {
        ObservedTask(id: id, revision: revision, phase: .pending, createdAt: .epoch)
    }

    static func sick(_ id: String, _ revision: String) -> ObservedTask {
        ObservedTask(
            id: id, revision: revision, phase: .running, createdAt: .epoch, runningSince: .epoch,
            targetHealth: .unhealthy(targetGroup: "tg", port: 80, reason: "Target.Timeout"))
    }

    static func leaving(_ id: String, _ revision: String) -> ObservedTask {
        ObservedTask(
            id: id, revision: revision, phase: .deactivating, isStopping: true, createdAt: .epoch, runningSince: .epoch)
    }
}

@Suite struct ServiceReconcilerRollingTests {
    private func plan(_ service: DesiredService, _ tasks: [ObservedTask], ended: [EndedTask] = []) -> ServicePlan {
        ServiceReconciler.plan(desired: service, observed: .init(tasks: tasks, ended: ended), at: Fixture.now)
    }

    @Test func aNewServiceStartsAllItsTasks() {
        let plan = self.plan(Fixture.rolling(3, Fixture.revision("new", .primary)), [])
        #expect(plan.starts == [.init(revision: "new", count: 3)])
        #expect(plan.steadySince == nil)
    }

    @Test func aDeploymentCompletesWhenEveryTaskIsHealthy() {
        let service = Fixture.rolling(1, Fixture.revision("new", .primary))
        let plan = self.plan(service, [Fixture.healthy("a", "new")])
        #expect(plan.starts.isEmpty && plan.stops.isEmpty)
        #expect(plan.revisions.map(\.progress.rollout) == [.completed])
        #expect(plan.events == [.deploymentCompleted("new"), .steadyState])
        #expect(plan.steadySince == Fixture.now)
    }

    @Test func anUpdateStartsNewTasksWithinTheMaximumAndKeepsTheOldOnes() {
        let service = Fixture.rolling(
            4, maximum: 150, Fixture.revision("new", .primary), Fixture.revision("old", .active, completed: true))
        let plan = self.plan(service, ["a", "b", "c", "d"].map { Fixture.healthy($0, "old") })
        #expect(plan.starts == [.init(revision: "new", count: 2)])
        #expect(plan.stops.isEmpty)
    }

    @Test func oldTasksGoAsNewOnesGetHealthy() {
        let service = Fixture.rolling(
            2, Fixture.revision("new", .primary), Fixture.revision("old", .active, completed: true))
        let old = [Fixture.healthy("a", "old"), Fixture.healthy("b", "old")]
        let half = self.plan(service, old + [Fixture.healthy("c", "new"), Fixture.starting("d", "new")])
        #expect(half.stops.map(\.task) == ["b"])
        #expect(half.stops.first?.stop.reason == "Scaling activity initiated by (deployment old)")
        let whole = self.plan(service, old + [Fixture.healthy("c", "new"), Fixture.healthy("d", "new")])
        #expect(Set(whole.stops.map(\.task)) == ["a", "b"])
        #expect(whole.finished.isEmpty, "the replaced deployment stays until its tasks are gone")
    }

    /// New tasks that fail hold their place for a moment: that place is not missing.
    @Test func failingNewTasksDoNotPushOutOldOnesThatAreStillUnproven() {
        var old = Fixture.revision("old", .active)
        old.hasTargets = false
        let service = Fixture.rolling(1, Fixture.revision("new", .primary), old)
        let young = ObservedTask(
            id: "a", revision: "old", phase: .running, createdAt: Fixture.now, runningSince: Fixture.now)
        let plan = self.plan(service, [young, Fixture.leaving("b", "new")])
        #expect(plan.stops.isEmpty)
    }

    @Test func unprovenOldTasksMakeRoomOnlyAboveTheMinimum() {
        var old = Fixture.revision("old", .active)
        old.hasTargets = false
        let service = Fixture.rolling(4, minimum: 75, maximum: 100, Fixture.revision("new", .primary), old)
        let young = ["a", "b", "c", "d"].map {
            ObservedTask(id: $0, revision: "old", phase: .running, createdAt: Fixture.now, runningSince: Fixture.now)
        }
        #expect(self.plan(service, young).stops.map(\.task) == ["a"])
    }

    @Test func theReplacedDeploymentEndsWithItsLastTask() {
        let service = Fixture.rolling(
            1, Fixture.revision("new", .primary), Fixture.revision("old", .active, completed: true))
        let draining = self.plan(service, [Fixture.healthy("b", "new"), Fixture.leaving("a", "old")])
        #expect(draining.finished.isEmpty && draining.events.isEmpty)
        let gone = self.plan(service, [Fixture.healthy("b", "new")])
        #expect(gone.finished == ["old"])
        #expect(gone.events == [.deploymentCompleted("new"), .steadyState])
    }

    @Test func withoutRoomOldTasksMakeItAsFarAsTheMinimumAllows() {
        let service = Fixture.rolling(
            4, minimum: 50, maximum: 100, Fixture.revision("new", .primary),
            Fixture.revision("old", .active, completed: true))
        let plan = self.plan(service, ["a", "b", "c", "d"].map { Fixture.healthy($0, "old") })
        #expect(plan.starts.isEmpty)
        #expect(plan.stops.count == 2)
    }

    @Test func percentagesWithoutRoomAreReportedOnce() {
        let service = Fixture.rolling(
            1, maximum: 100, Fixture.revision("new", .primary), Fixture.revision("old", .active, completed: true))
        let first = self.plan(service, [Fixture.healthy("a", "old")])
        #expect(first.events == [.blockedByConfiguration])
        #expect(first.starts.isEmpty && first.stops.isEmpty)
        var again = service
        again.revisions = first.revisions
        #expect(self.plan(again, [Fixture.healthy("a", "old")]).events.isEmpty)
    }

    @Test func scalingInGivesUpWhatServesLeast() {
        let service = Fixture.rolling(1, Fixture.revision("new", .primary, completed: true))
        let plan = self.plan(
            service, [Fixture.healthy("a", "new"), Fixture.starting("b", "new"), Fixture.healthy("c", "new")])
        #expect(plan.stops.map(\.task) == ["b", "c"])
    }

    @Test func aSickTaskStaysUntilItsReplacementIsHealthy() {
        let service = Fixture.rolling(1, Fixture.revision("new", .primary, completed: true))
        let first = self.plan(service, [Fixture.sick("a", "new")])
        #expect(first.starts == [.init(revision: "new", count: 1)])
        #expect(first.stops.isEmpty)
        let meanwhile = self.plan(service, [Fixture.sick("a", "new"), Fixture.starting("b", "new")])
        #expect(meanwhile.starts.isEmpty && meanwhile.stops.isEmpty)
        let then = self.plan(service, [Fixture.sick("a", "new"), Fixture.healthy("b", "new")])
        #expect(then.stops.map(\.task) == ["a"])
        #expect(then.stops.first?.stop.reason == "Task failed ELB health checks in (target-group tg)")
        #expect(then.revisions.first?.progress.failedTasks == 1)
    }

    @Test func withoutRoomSickTasksGoOneAtATime() {
        let service = Fixture.rolling(2, maximum: 100, Fixture.revision("new", .primary, completed: true))
        let plan = self.plan(service, [Fixture.sick("a", "new"), Fixture.sick("b", "new")])
        #expect(plan.stops.map(\.task) == ["a"])
    }

    @Test func theGracePeriodIgnoresVerdictsAndAsksToLookAgain() {
        var service = Fixture.rolling(1, Fixture.revision("new", .primary))
        service.healthCheckGracePeriod = .seconds(60)
        var task = Fixture.sick("a", "new")
        task.runningSince = Fixture.now - .seconds(20)
        let plan = self.plan(service, [task])
        #expect(plan.starts.isEmpty && plan.stops.isEmpty)
        #expect(plan.wakeAt == Fixture.now + .seconds(40))
    }

    @Test func withoutAnyCheckATaskSettlesBeforeItCounts() {
        var service = Fixture.rolling(1, Fixture.revision("new", .primary))
        service.revisions[0].hasTargets = false
        var task = Fixture.healthy("a", "new")
        task.targetHealth = .none
        task.runningSince = Fixture.now - .seconds(39)
        let early = self.plan(service, [task])
        #expect(early.events.isEmpty)
        #expect(early.wakeAt == Fixture.now + .seconds(1))
        task.runningSince = Fixture.now - .seconds(40)
        #expect(self.plan(service, [task]).events.first == .deploymentCompleted("new"))
    }

    @Test func aFailingDeploymentKeepsTheMinimumOfTheOldOne() {
        let service = Fixture.rolling(
            1, Fixture.revision("new", .primary), Fixture.revision("old", .active, completed: true))
        let plan = self.plan(service, [Fixture.sick("b", "new"), Fixture.leaving("a", "old")])
        #expect(plan.starts.isEmpty, "no room yet")
        let then = self.plan(service, [Fixture.starting("b", "new")])
        #expect(then.starts == [.init(revision: "old", count: 1)])
        #expect(then.finished.isEmpty)
    }

    @Test func aDeletedServiceStopsEverythingAndIsGoneWithTheLastTask() {
        var service = Fixture.rolling(2, Fixture.revision("new", .primary, completed: true))
        service.isDraining = true
        let plan = self.plan(service, [Fixture.healthy("a", "new"), Fixture.starting("b", "new")])
        #expect(Set(plan.stops.map(\.task)) == ["a", "b"])
        #expect(!plan.isGone && plan.starts.isEmpty)
        #expect(self.plan(service, []).isGone)
    }

    // MARK: - Failures

    private func failure(_ id: String, _ revision: String) -> EndedTask {
        EndedTask(id: id, revision: revision, ranFor: nil, stopCode: .taskFailedToStart)
    }

    @Test func failuresInARowAreCountedForTheDeployment() {
        let service = Fixture.rolling(1, Fixture.revision("new", .primary))
        let plan = self.plan(service, [], ended: ["x", "y", "z"].map { self.failure($0, "new") })
        #expect(plan.revisions.map(\.progress.failedTasks) == [3])
    }

    @Test func aFailedDeploymentStartsNoTask() {
        var service = Fixture.rolling(2, Fixture.revision("new", .primary))
        service.revisions[0].progress.rollout = .failed
        let plan = self.plan(service, [Fixture.healthy("a", "new")])
        #expect(plan.starts.isEmpty && plan.stops.isEmpty)
        #expect(plan.revisions.map(\.progress.rollout) == [.failed])
    }

    @Test(arguments: [(1, 3), (2, 3), (25, 13), (400, 200), (1000, 200)])
    func theThresholdIsHalfOfTheDesiredCount(_ desired: Int, _ threshold: Int) {
        #expect(CircuitBreaker.threshold(desiredCount: desired) == threshold)
    }

    @Test func tasksThatNeverRunAreRestartedEverSlower() {
        var service = Fixture.rolling(1, Fixture.revision("new", .primary))
        let first = self.plan(service, [], ended: [self.failure("x", "new")])
        #expect(first.starts == [.init(revision: "new", count: 1)], "the first failure costs no time")
        service.revisions = first.revisions
        let second = self.plan(service, [], ended: [self.failure("y", "new")])
        #expect(second.starts.isEmpty)
        #expect(second.wakeAt == Fixture.now + .seconds(10))
        service.revisions = second.revisions
        let third = self.plan(service, [], ended: [self.failure("z", "new")])
        #expect(third.wakeAt == Fixture.now + .seconds(20))
        #expect(third.events == [.cannotStartTasks])
    }

    @Test func tasksStoppedOnPurposeAreNoFailures() {
        let service = Fixture.rolling(1, Fixture.revision("new", .primary))
        let ended = EndedTask(id: "x", revision: "new", ranFor: nil, stopCode: .userInitiated)
        let plan = self.plan(service, [], ended: [ended, ended, ended])
        #expect(plan.starts == [.init(revision: "new", count: 1)])
        #expect(plan.revisions.first?.progress.failedTasks == 0)
    }
}
