internal import DeploymentEngine
internal import Model
internal import Testing

private typealias Script = DeploymentScript

@Suite struct CodeDeployDeploymentTests {
    @Test func aReleaseWithoutTestListenerGoesThroughSixEvents() throws {
        var script = Script(termination: .terminate(afterMinutes: 5))
        #expect(script.deployment.status == .created)
        #expect(script.deployment.targetStatus == .pending)
        #expect(try script.start().commands.map(\.action) == [.inspectService])
        #expect(script.deployment.status == .inProgress)
        #expect(
            try script.succeed().commands.map(\.action) == [.setProductionTraffic(Script.traffic(0), health: .none)])
        #expect(try script.succeed().commands.map(\.action) == [.createTaskSet(in: Script.green.targetGroup)])
        #expect(try script.succeed().commands.isEmpty)
        #expect(script.deployment.watchedTaskSets == [Script.blue.id, Script.green.id])
        #expect(script.see(Script.green, Script.limping) == .nothing)
        #expect(script.see(Script.green, Script.healthy).commands.map(\.action) == [Script.move(100)])
        #expect(
            script.eventStatuses == [
                "BeforeInstall Succeeded", "Install Succeeded", "AfterInstall Succeeded",
                "BeforeAllowTraffic Succeeded",
                "AllowTraffic InProgress", "AfterAllowTraffic Pending",
            ])
        #expect(try script.succeed().commands.map(\.action) == [.updatePrimaryTaskSet(Script.green.id)])
        #expect(script.deployment.taskSets.map(\.trafficWeight) == [0, 100])
        #expect(try script.succeed().commands.isEmpty)
        #expect(script.deployment.status == .inProgress)
        #expect(script.deployment.targetStatus == .succeeded)
        #expect(script.deployment.isTerminationWaitStarted)
        let before = script.now
        #expect(try script.fireNextTimer().commands.map(\.action) == [.deleteTaskSet(Script.blue.id)])
        #expect(script.now - before == .minutes(5))
        #expect(try script.succeed().notices.last == .statusChanged(.succeeded))
        #expect(script.deployment.completeTime == script.now)
        #expect(script.deployment.wait == nil)
        #expect(script.deployment.timers.isEmpty)
    }

    @Test func aTestListenerAddsTwoEvents() throws {
        var script = Script(hooks: [.afterAllowTestTraffic], hasTestListener: true)
        try script.install()
        #expect(script.action == .setTestTraffic(to: Script.green.targetGroup))
        try script.succeed()
        #expect(script.deployment.lifecycleEvents.count == 8)
        #expect(script.eventStatuses[4] == "AfterAllowTestTraffic InProgress")
        try script.succeed()
        #expect(script.report(.afterAllowTestTraffic) != .unknownExecution)
        #expect(script.action == Script.move(100))
    }

    @Test func aHookOfATestEventIsIgnoredWithoutTestListener() throws {
        var script = Script(hooks: [.afterAllowTestTraffic])
        try script.install()
        #expect(script.action == Script.move(100))
        #expect(script.report(.afterAllowTestTraffic) == .unknownExecution)
    }

    @Test func keepAliveEndsWithBlueLeftActive() throws {
        var script = Script(termination: .keepAlive)
        try script.shiftAll()
        #expect(script.deployment.status == .succeeded)
        #expect(!script.deployment.isTerminationWaitStarted)
    }

    @Test func noTerminationWaitDeletesBlueAtOnce() throws {
        var script = Script(termination: .terminate(afterMinutes: 0))
        try script.shiftAll()
        #expect(script.action == .deleteTaskSet(Script.blue.id))
    }

    // MARK: Left half-way

    @Test func whatAnEarlierDeploymentLeftIsPutInOrderFirst() throws {
        var script = Script()
        _ = try script.start()
        try script.inspect(Script.inspection(strays: [Script.green], onPrimary: false))
        #expect(script.action == Script.move(0, to: Script.blue.targetGroup))
        try script.succeed()
        #expect(script.action == .deleteTaskSet(Script.green.id))
        #expect(script.deployment.targetStatus == .inProgress)
        #expect(script.eventStatuses[0] == "BeforeInstall Pending")
        try script.succeed()
        #expect(script.eventStatuses[1] == "Install InProgress")
    }

    @Test func aServiceWithoutPrimaryFails() throws {
        var script = Script(rollback: [.deploymentFailure])
        _ = try script.start()
        let step = try script.inspect(.init(taskSets: [], productionIsOnPrimary: false))
        #expect(step.successor == .none)
        #expect(script.deployment.status == .failed)
        #expect(script.deployment.errorInformation?.code == .invalidECSService)
    }

    @Test func aRefusedInspectionFailsWithItsOwnCode() throws {
        var script = Script()
        _ = try script.start()
        try script.fail(.rejected(reason: "no such task definition", code: .invalidRevision))
        #expect(script.deployment.status == .failed)
        #expect(
            script.deployment.errorInformation == .init(code: .invalidRevision, message: "no such task definition"))
    }

    // MARK: Shifting

    @Test func linearMovesAShareEachInterval() throws {
        var script = Script(routing: .linear(percentage: 40, interval: .minutes(1)))
        try script.install()
        for share in [40, 80, 100] {
            #expect(script.action == Script.move(share))
            try script.succeed()
            #expect(script.deployment.taskSets.map(\.trafficWeight) == [Double(100 - share), Double(share)])
            if share < 100 {
                let before = script.now
                try script.fireNextTimer()
                #expect(script.now - before == .minutes(1))
            }
        }
        #expect(script.action == .updatePrimaryTaskSet(Script.green.id))
    }

    @Test func stepsEndAtOneHundred() {
        #expect(TrafficRoutingConfiguration.allAtOnce.steps == [100])
        #expect(TrafficRoutingConfiguration.canary(percentage: 10, interval: .minutes(5)).steps == [10, 100])
        #expect(
            TrafficRoutingConfiguration.linear(percentage: 10, interval: .minutes(1)).steps
                == [10, 20, 30, 40, 50, 60, 70, 80, 90, 100])
        #expect(TrafficRoutingConfiguration.linear(percentage: 99, interval: .minutes(1)).steps == [99, 100])
        #expect(TrafficRoutingConfiguration.linear(percentage: 0, interval: .minutes(1)).steps.count == 100)
    }

    @Test func theTimeScaleDividesWaitsButKeepsWorkItsTime() throws {
        var script = Script(
            routing: .canary(percentage: 10, interval: .minutes(5)), timeScale: try #require(TimeScale(60)))
        _ = try script.start()
        #expect(script.deployment.nextTimer?.deadline == script.now + .seconds(30))
        try script.succeed()
        try script.succeed()
        try script.succeed()
        #expect(script.deployment.nextTimer?.deadline == script.now + .seconds(60))
        script.see(Script.green, Script.healthy)
        try script.succeed()
        #expect(script.deployment.nextTimer?.deadline == script.now + .seconds(5))
    }

    @Test func aStepWaitsForAHealthyTarget() throws {
        var script = Script(routing: .canary(percentage: 10, interval: .minutes(1)))
        try script.install()
        try script.succeed()
        script.see(Script.green, Script.dead)
        try script.fireNextTimer()
        #expect(script.action == nil)
        #expect(script.deployment.wait?.reason.contains("no healthy target") == true)
        #expect(script.see(Script.green, Script.healthy).commands.map(\.action) == [Script.move(100)])
    }

    @Test func theShiftGoesOnWhileGreenLimps() throws {
        var script = Script(routing: .canary(percentage: 10, interval: .minutes(1)))
        try script.install()
        try script.succeed()
        script.see(Script.green, Script.limping)
        #expect(try script.fireNextTimer().commands.map(\.action) == [Script.move(100)])
    }

    @Test func aGreenThatStaysUnsteadyFailsTheShift() throws {
        var script = Script(routing: .canary(percentage: 10, interval: .minutes(30)), rollback: [.deploymentFailure])
        try script.install()
        try script.succeed()
        let before = script.now
        script.see(Script.green, Script.limping)
        try script.fireNextTimer()
        #expect(script.now - before == .minutes(5))
        #expect(script.deployment.errorInformation?.code == .ecsUpdateError)
        #expect(script.action == Script.move(0, to: Script.blue.targetGroup))
    }

    @Test func aServiceThatWantsNoTaskNeedsNoHealthyTarget() throws {
        var script = Script()
        _ = try script.start()
        try script.succeed()
        try script.succeed()
        try script.succeed()
        script.see(Script.green, .init(desiredCount: 0, healthyTargets: 0, isSteady: true))
        #expect(script.action == .setProductionTraffic(Script.traffic(100), health: .none))
    }

    @Test func installTimesOutAfterAnHour() throws {
        var script = Script()
        _ = try script.start()
        try script.succeed()
        try script.succeed()
        try script.succeed()
        let before = script.now
        try script.fireNextTimer()
        #expect(script.now - before == .minutes(60))
        #expect(script.deployment.status == .failed)
        #expect(
            script.deployment.errorInformation
                == .init(
                    code: .timeout,
                    message: "The deployment timed out while waiting for the replacement task set to become healthy. "
                        + "This time out period is 60 minutes."))
        #expect(script.eventStatuses[1] == "Install Failed")
        #expect(script.eventStatuses[2] == "AfterInstall Skipped")
    }

    // MARK: Waits

    @Test func theReadyWaitIsLeftByContinue() throws {
        var script = Script(ready: .waitForContinue(minutes: 10))
        try script.install()
        #expect(script.deployment.status == .ready)
        #expect(script.deployment.targetStatus == .ready)
        #expect(script.deployment.continueRequested(.terminationWait, at: script.now) == .notWaiting)
        guard case .continued(let step) = script.deployment.continueRequested(.readyWait, at: script.now) else {
            Issue.record("not continued")
            return
        }
        #expect(step.commands.map(\.action) == [Script.move(100)])
        #expect(script.deployment.status == .inProgress)
        #expect(script.deployment.continueRequested(.readyWait, at: script.now) == .notWaiting)
    }

    @Test func theReadyWaitStopsTheDeploymentAtItsEnd() throws {
        var script = Script(ready: .waitForContinue(minutes: 10))
        try script.install()
        let before = script.now
        try script.fireNextTimer()
        #expect(script.now - before == .minutes(10))
        #expect(script.deployment.status == .stopped)
        #expect(
            script.deployment.errorInformation
                == .init(
                    code: .timeout,
                    message: "The deployment timed out while waiting for a notification to continue. This time out "
                        + "period is 10 minutes."))
        #expect(script.deployment.continueRequested(.readyWait, at: script.now) == .alreadyCompleted)
    }

    @Test func theTerminationWaitIsLeftByContinue() throws {
        var script = Script()
        try script.shiftAll()
        #expect(script.deployment.continueRequested(.readyWait, at: script.now) == .notWaiting)
        guard case .continued(let step) = script.deployment.continueRequested(.terminationWait, at: script.now) else {
            Issue.record("not continued")
            return
        }
        #expect(step.commands.map(\.action) == [.deleteTaskSet(Script.blue.id)])
    }

    // MARK: Commands that fail

    @Test func aTransientFailureIsRepeatedUnderTheSameIDWithGrowingPauses() throws {
        var script = Script()
        _ = try script.start()
        let command = try script.command
        var pauses: [Duration] = []
        for _ in 0..<7 {
            try script.fail(.transient(reason: "throttled"))
            #expect(script.deployment.outstandingCommands.isEmpty)
            let before = script.now
            #expect(try script.fireNextTimer().commands == [command])
            pauses.append(script.now - before)
        }
        #expect(pauses == [1, 2, 4, 8, 16, 30, 30].map { .seconds($0) })
    }

    @Test func aCommandThatNeverSucceedsFailsTheDeploymentWithItsLastComplaint() throws {
        var script = Script()
        _ = try script.start()
        try script.succeed()
        while script.deployment.status.isActive {
            if script.action != nil { try script.fail(.notYet(reason: "generation 41 is not served")) }
            try script.fireNextTimer()
        }
        #expect(
            script.deployment.errorInformation
                == .init(
                    code: .elasticLoadBalancingInvalid,
                    message: "The ELB could not be updated due to the following error: generation 41 is not served"))
    }

    @Test func anEarlyOrForeignTimerDoesNothing() throws {
        var script = Script()
        _ = try script.start()
        let timer = try #require(script.deployment.nextTimer)
        let before = script.deployment
        #expect(script.deployment.timerFired(timer.id, at: timer.deadline - .milliseconds(1)) == .nothing)
        #expect(script.deployment.timerFired(.init(number: 99), at: timer.deadline) == .nothing)
        #expect(script.deployment == before)
    }

    @Test func aResultCountsOnce() throws {
        var script = Script()
        _ = try script.start()
        let inspection = try script.command
        try script.succeed()
        let before = script.deployment
        #expect(script.deployment.serviceInspected(inspection.id, Script.inspection(), at: script.now) == .nothing)
        #expect(script.deployment.commandFailed(inspection.id, .rejected(reason: "late"), at: script.now) == .nothing)
        #expect(script.deployment == before)
    }
}
