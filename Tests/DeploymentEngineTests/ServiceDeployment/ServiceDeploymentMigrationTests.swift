import Model
import Testing

@testable import DeploymentEngine

@Suite struct ServiceDeploymentMigrationTests {
    typealias Pilot = ServiceDeploymentPilot

    static let migration = MigrationTask(container: "app", command: ["migrate"], timeLimit: .minutes(30))
    static let strategies: [ServiceDeployment.Strategy] = [
        .rolling, .blueGreen, .linear(permille: 500, bake: .minutes(1)), .canary(permille: 50, bake: .minutes(1)),
    ]

    private func pilot(
        _ strategy: ServiceDeployment.Strategy = .blueGreen, hooks: [ServiceDeployment.Hook] = []
    ) -> Pilot {
        Pilot(strategy, hooks: hooks, migration: Self.migration)
    }

    @Test(arguments: strategies)
    func itRunsOnceAfterAdmissionAndBeforeAnyTask(strategy: ServiceDeployment.Strategy) throws {
        var pilot = self.pilot(strategy, hooks: [Pilot.hook([.preScaleUp])])
        pilot.start()
        pilot.run()
        #expect(pilot.deployment.status == .successful)
        let order = pilot.performed.compactMap { action -> String? in
            switch action {
            case .invokeHook: "hook"
            case .startMigration(Self.migration): "migration"
            case .scaleUp: "tasks"
            default: nil
            }
        }
        #expect(order == ["hook", "migration", "tasks"])
        #expect(pilot.deployment.migration?.exitCode == 0)
        #expect(pilot.deployment.migration?.endedAt != nil)
    }

    @Test func withoutATagThereIsNoneOfIt() {
        var pilot = Pilot(.blueGreen)
        pilot.start()
        pilot.run()
        #expect(!pilot.legs.contains(.migration))
        #expect(pilot.deployment.migration == nil)
    }

    @Test(arguments: strategies)
    func anExitCodeThatIsNotZeroRollsBackBeforeAnyTask(strategy: ServiceDeployment.Strategy) {
        var pilot = self.pilot(strategy)
        pilot.migrationEnd = .stopped(exitCode: 3, isCutShort: false, reason: "relation users does not exist")
        pilot.start()
        pilot.run()
        #expect(pilot.deployment.status == .rollbackSuccessful)
        #expect(
            pilot.deployment.statusReason == "Service deployment rolled back because the migration task failed. "
                + "Container app exited with code 3: relation users does not exist")
        #expect(!pilot.performed.contains(.scaleUp))
        #expect(!pilot.performed.contains(.stopMigration))
        #expect(pilot.tasks[Pilot.target, default: 0] == 0)
        #expect(pilot.tasks[Pilot.source] == 3)
    }

    @Test(arguments: [
        (MigrationSighting.vanished, "Its task does not exist any more."),
        (
            .stopped(exitCode: nil, isCutShort: false, reason: "CannotPullContainerError: x"),
            "Container app has no exit code: "
        ),
        (.stopped(exitCode: nil, isCutShort: false, reason: nil), "Container app has no exit code."),
        // It said 0 because it was asked to stop.
        (
            .stopped(exitCode: 0, isCutShort: true, reason: "Task stopped by user"),
            "Its task was stopped before container app"
        ),
    ])
    func everyOtherEndIsAFailure(end: MigrationSighting, words: String) {
        var pilot = self.pilot()
        pilot.migrationEnd = end
        pilot.start()
        pilot.run()
        #expect(pilot.deployment.status == .rollbackSuccessful)
        #expect(pilot.deployment.statusReason?.contains(words) == true)
    }

    @Test func oneThatNeverEndsIsStoppedAtItsTimeLimit() {
        var pilot = self.pilot()
        pilot.migrationEnd = .live
        pilot.start()
        let began = pilot.now
        pilot.run()
        #expect(pilot.now - began == .minutes(30))
        #expect(pilot.deployment.status == .rollbackSuccessful)
        #expect(pilot.performed.contains(.stopMigration))
        #expect(!pilot.isMigrating)
        #expect(pilot.deployment.statusReason?.contains("Container app had not ended") == true)
    }

    @Test func nothingFollowsAStopUntilTheTaskHasStopped() {
        var pilot = self.pilot()
        pilot.migrationEnd = .live
        pilot.refusals["stopping the migration task"] = .notYet(reason: "the migration task has not stopped yet")
        pilot.start()
        pilot.run { $0.watchedMigration != nil }
        pilot.stop(.abort)
        pilot.settle()
        #expect(pilot.deployment.status == .stopRequested)
        #expect(pilot.deployment.wait?.deadline != nil)
        // It is asked again after a pause, and again.
        for _ in 0..<3 {
            _ = pilot.tick()
            pilot.settle()
            #expect(pilot.deployment.status == .stopRequested)
        }
        pilot.refusals = [:]
        pilot.run()
        #expect(pilot.deployment.status == .stopped)
        #expect(!pilot.isMigrating)
    }

    @Test func aTaskThatCannotBeStoppedDoesNotHoldTheDeploymentForEver() {
        var pilot = self.pilot()
        pilot.migrationEnd = .live
        pilot.refusals["stopping the migration task"] = .transient(reason: "no answer")
        pilot.start()
        pilot.run { $0.watchedMigration != nil }
        let stopped = pilot.now
        pilot.stop(.rollback)
        pilot.run()
        #expect(pilot.deployment.status == .rollbackSuccessful)
        #expect(pilot.now - stopped <= .minutes(10))
    }

    /// RunTask may be under way when the stop comes, and its answer may come after it.
    @Test func aTaskThatIsStartedDuringAStopIsStopped() throws {
        var pilot = self.pilot()
        pilot.migrationEnd = .live
        pilot.start()
        while !pilot.legs.contains(.migration) {
            pilot.perform(try #require(pilot.deployment.outstandingCommands.first))
        }
        let start = try #require(pilot.deployment.outstandingCommands.first)
        pilot.stop(.rollback)
        #expect(pilot.deployment.outstandingCommands == [start])
        pilot.perform(start)
        #expect(pilot.deployment.outstandingCommands.map(\.action) == [.stopMigration])
        pilot.run()
        #expect(pilot.deployment.status == .rollbackSuccessful)
        #expect(!pilot.isMigrating)
        #expect(pilot.deployment.migration?.task == "task-1")
    }

    @Test func theWayBackRunsItNoSecondTime() {
        var pilot = self.pilot(.blueGreen, hooks: [Pilot.hook([.postScaleUp])])
        pilot.answers["hook"] = [.failed]
        pilot.start()
        pilot.run()
        #expect(pilot.deployment.status == .rollbackSuccessful)
        #expect(pilot.performed.count { $0 == .startMigration(Self.migration) } == 1)
        #expect(!pilot.performed.contains(.stopMigration))
    }

    @Test func aFirstDeploymentThatFailsHasNothingToReturnTo() {
        var pilot = self.pilot()
        pilot.primary = nil
        pilot.migrationEnd = .stopped(exitCode: 1, isCutShort: false, reason: nil)
        pilot.start()
        pilot.run()
        #expect(pilot.deployment.status == .rollbackFailed)
        #expect(!pilot.performed.contains(.scaleUp))
    }
}
