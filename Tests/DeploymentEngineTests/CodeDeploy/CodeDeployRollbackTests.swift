internal import DeploymentEngine
internal import Model
internal import Testing

private typealias Script = DeploymentScript

@Suite struct CodeDeployRollbackTests {
    /// A canary that rests at 10 %.
    private func resting(_ rollback: Set<CodeDeployDeployment.RollbackEvent>) throws -> DeploymentScript {
        var script = Script(
            routing: .canary(percentage: 10, interval: .minutes(5)), rollback: rollback, hasTestListener: true)
        try script.install()
        try script.succeed()
        try script.succeed()
        return script
    }

    @Test func trafficIsBackBeforeTheFailedDeploymentEnds() throws {
        var script = try self.resting([.stopOnAlarm])
        let step = script.deployment.alarmsActivated(["slow", "broken"], at: script.now)
        #expect(step.commands.map(\.action) == [Script.move(0, to: Script.blue.targetGroup)])
        #expect(script.deployment.status == .inProgress)
        let end = try script.succeed()
        #expect(script.deployment.status == .stopped)
        #expect(script.deployment.errorInformation?.code == .alarmActive)
        #expect(script.deployment.errorInformation?.message.hasSuffix("Activated alarms: <slow> <broken>") == true)
        #expect(
            script.deployment.rollbackInformation
                == .rolledBack(
                    by: .init("d-NEW"),
                    message: "Deployment d-OLD terminated. Automatic rollback is triggered with a DeploymentId d-NEW."))
        guard case .rollback(let next) = end.successor else {
            Issue.record("no successor")
            return
        }
        #expect(next.status == .created)
        #expect(
            next.rollbackInformation
                == .rollsBack(
                    .init("d-OLD"), message: "Deployment d-NEW is triggered to roll back deployment d-OLD."))
    }

    @Test func aRollbackGivesBackTrafficAndPrimaryAndDeletesTheRest() throws {
        var script = try self.resting([])
        var rollback = Script()
        rollback.deployment = try self.successor(of: &script)
        _ = try rollback.start()
        try rollback.inspect(Script.inspection(strays: [Script.green]))
        #expect(rollback.action == .setTestTraffic(to: Script.blue.targetGroup))
        try rollback.succeed()
        #expect(rollback.action == Script.move(0, to: Script.blue.targetGroup))
        try rollback.succeed()
        #expect(rollback.action == .updatePrimaryTaskSet(Script.blue.id))
        try rollback.succeed()
        #expect(rollback.action == .deleteTaskSet(Script.green.id))
        #expect(!rollback.deployment.isTerminationWaitStarted)
        try rollback.succeed()
        #expect(rollback.deployment.status == .succeeded)
        #expect(rollback.deployment.lifecycleEvents.count == 8)
        #expect(rollback.deployment.lifecycleEvents.allSatisfy { $0.statusName == "Succeeded" })
    }

    @Test func aRollbackWaitsForAHealthyBlue() throws {
        var script = try self.resting([])
        var rollback = Script()
        rollback.deployment = try self.successor(of: &script)
        _ = try rollback.start()
        try rollback.inspect(
            .init(
                taskSets: [.init(taskSet: Script.blue, isPrimary: true, health: Script.dead)],
                productionIsOnPrimary: true))
        try rollback.succeed()
        #expect(rollback.action == nil)
        #expect(rollback.deployment.watchedTaskSets == [Script.blue.id])
        #expect(
            rollback.see(Script.blue, Script.limping).commands.map(\.action) == [
                Script.move(0, to: Script.blue.targetGroup)
            ])
    }

    @Test func aRollbackNeverRollsItselfBack() throws {
        var script = try self.resting([.deploymentFailure, .stopOnAlarm, .stopOnRequest])
        var rollback = Script()
        rollback.deployment = try self.successor(of: &script)
        _ = try rollback.start()
        #expect(rollback.deployment.alarmsActivated(["slow"], at: rollback.now) == .nothing)
        let step = try rollback.fail(.rejected(reason: "gone"))
        #expect(step.successor == .none)
        #expect(rollback.deployment.status == .failed)
    }

    @Test func aRollbackWithoutBlueFails() throws {
        var script = try self.resting([])
        var rollback = Script()
        rollback.deployment = try self.successor(of: &script)
        _ = try rollback.start()
        try rollback.inspect(
            .init(
                taskSets: [.init(taskSet: Script.green, isPrimary: true, health: Script.healthy)],
                productionIsOnPrimary: true))
        #expect(rollback.deployment.status == .failed)
        #expect(rollback.deployment.errorInformation?.code == .ecsUpdateError)
    }

    @Test func aWayBackThatIsRefusedIsLeftToTheRollback() throws {
        var script = try self.resting([])
        _ = script.deployment.stopRequested(rollback: true, at: script.now)
        let step = try script.fail(.rejected(reason: "no such listener"))
        #expect(step.successor != .none)
        #expect(script.deployment.status == .stopped)
        #expect(script.deployment.errorInformation?.code == .manualStop)
    }

    @Test func aVanishedBlueCannotBeRolledBackTo() throws {
        var script = try self.resting([.deploymentFailure])
        let step = script.lose(Script.blue)
        #expect(step.successor == .none)
        #expect(script.deployment.status == .failed)
    }

    @Test func aVanishedGreenIsRolledBack() throws {
        var script = try self.resting([.deploymentFailure])
        #expect(script.lose(Script.green).commands.map(\.action) == [Script.move(0, to: Script.blue.targetGroup)])
    }

    @Test func blueThatIsGoneEndsTheTerminationWait() throws {
        var script = Script()
        try script.shiftAll()
        script.lose(Script.blue)
        #expect(script.deployment.status == .succeeded)
    }

    /// Stops with rollback, and plays on until the rollback begins.
    private func successor(of script: inout DeploymentScript) throws -> CodeDeployDeployment {
        _ = script.deployment.stopRequested(rollback: true, at: script.now)
        guard case .rollback(let next) = try script.succeed().successor else {
            throw NoSuccessor()
        }
        return next
    }

    private struct NoSuccessor: Error {}
}
