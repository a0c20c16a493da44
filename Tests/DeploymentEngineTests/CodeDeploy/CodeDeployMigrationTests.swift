internal import DeploymentEngine
internal import Model
internal import Testing

private typealias Script = DeploymentScript

/// The migration task as the first thing of Install.
@Suite struct CodeDeployMigrationTests {
    /// Inspected, and the migration is asked for.
    private func script(rollback: Set<CodeDeployDeployment.RollbackEvent> = []) throws -> DeploymentScript {
        var script = Script(rollback: rollback)
        _ = try script.start()
        try script.inspect(Script.inspection(migration: Script.migration))
        return script
    }

    @Test func itRunsBeforeGreenIsMade() throws {
        var script = try self.script()
        #expect(script.action == .startMigration(Script.migration))
        #expect(script.eventStatuses.contains("Install InProgress"))
        try script.succeed()
        #expect(script.action == nil)
        #expect(script.deployment.watchedMigration == Script.migrationTask)
        #expect(script.deployment.wait?.reason.contains("task-1 has not ended (app: migrate)") == true)
        // Still at it.
        #expect(script.deployment.migrationSeen(Script.migrationTask, .live, at: script.now) == .nothing)
        script.migrationEnds(0)
        try script.succeed()
        #expect(script.action == .createTaskSet(in: Script.green.targetGroup))
        #expect(script.deployment.migration?.exitCode == 0)
    }

    @Test func anExitCodeThatIsNotZeroFailsInstall() throws {
        var script = try self.script(rollback: [.deploymentFailure])
        try script.succeed()
        let step = script.migrationEnds(3, "relation users does not exist")
        #expect(script.deployment.status == .failed)
        #expect(script.deployment.errorInformation?.code == .hookExecutionFailure)
        #expect(
            script.deployment.errorInformation?.message == "The deployment failed because the migration task failed. "
                + "Container app exited with code 3: relation users does not exist")
        let install = script.deployment.lifecycleEvents.first { $0.name == .install }
        #expect(install?.diagnostics?.code == .scriptFailed)
        #expect(install?.diagnostics?.scriptName == "app: migrate")
        #expect(step.successor != .none)
    }

    @Test func oneThatNeverEndsIsStoppedAtItsTimeLimit() throws {
        var script = try self.script()
        try script.succeed()
        let began = script.now
        try script.fireNextTimer()
        #expect(script.now - began == .minutes(30))
        #expect(script.action == .stopMigration)
        #expect(script.deployment.status.isActive)
        try script.fail(.notYet(reason: "it still runs"))
        #expect(script.deployment.status.isActive)
        try script.fireNextTimer()
        try script.succeed()
        #expect(script.deployment.status == .failed)
        #expect(script.deployment.errorInformation?.code == .timeout)
    }

    @Test func aStopStopsItBeforeTheDeploymentEnds() throws {
        var script = try self.script()
        try script.succeed()
        _ = script.deployment.stopRequested(rollback: false, at: script.now)
        #expect(script.deployment.status == .inProgress)
        #expect(script.action == .stopMigration)
        try script.succeed()
        #expect(script.deployment.status == .stopped)
    }

    @Test func aTaskThatIsStartedDuringAStopIsStopped() throws {
        var script = try self.script()
        _ = script.deployment.stopRequested(rollback: false, at: script.now)
        try script.succeed()
        #expect(script.action == .stopMigration)
        try script.succeed()
        #expect(script.deployment.status == .stopped)
    }

    /// Install has its whole time after a long migration.
    @Test func installHasItsOwnTimeLimit() throws {
        var script = try self.script()
        try script.succeed()
        script.now = script.now + .minutes(29)
        script.migrationEnds(0)
        try script.succeed()
        try script.succeed()
        let created = script.now
        try script.fireNextTimer()
        #expect(script.now - created == .minutes(60))
        #expect(script.deployment.errorInformation?.message.contains("replacement task set to become healthy") == true)
    }
}
