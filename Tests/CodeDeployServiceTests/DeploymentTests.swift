import CloudWatchAPI
import CodeDeployAPI
import DeploymentEngine
import ECSAPI
import Model
import Store
import Synchronization
import Testing
import WireProtocol

@Suite("Whole deployments", .timeLimit(.minutes(1)))
struct DeploymentTests {
    static let allHooks = [
        ("BeforeInstall", "ok"), ("AfterInstall", "ok"), ("AfterAllowTestTraffic", "ok"), ("BeforeAllowTraffic", "ok"),
        ("AfterAllowTraffic", "ok"),
    ]

    @Test func movesAllTrafficRunsEveryHookAndDeletesBlue() async throws {
        try await Fixture.with { fixture in
            fixture.world.state.withLock { $0.functions["ok"] = .reports(.succeeded) }
            try await fixture.createGroup()
            try await fixture.driving {
                let id = try await fixture.deploy(hooks: Self.allHooks)
                let information = try await fixture.end(of: id)
                #expect(information.status == .succeeded)
                #expect(information.deploymentOverview?.succeeded == 1)
                #expect(information.creator == .user)
                let target = try await fixture.target(id)
                #expect(target.lifecycleEvents?.count == 8)
                #expect(target.lifecycleEvents?.allSatisfy { $0.status == .succeeded } == true)
            }
            fixture.world.state.withLock { state in
                #expect(state.violations.isEmpty)
                #expect(state.invocations.count == 5)
                #expect(state.taskSets.map(\.status) == ["PRIMARY"])
                #expect(state.taskSets.first?.taskDefinition == "app:2")
            }
            #expect(fixture.world.weights() == [FakeWorld.greenGroup: 100, FakeWorld.blueGroup: 0])
            #expect(fixture.world.weights(of: FakeWorld.test)[FakeWorld.greenGroup] == 100)
        }
    }

    @Test func linearConfigurationMovesInTenSteps() async throws {
        try await Fixture.with { fixture in
            try await fixture.createGroup {
                $0.deploymentConfigName = "CodeDeployDefault.ECSLinear10PercentEvery1Minutes"
            }
            try await fixture.driving {
                let id = try await fixture.deploy()
                #expect(try await fixture.end(of: id).status == .succeeded)
            }
            let weights = fixture.world.state.withLock { $0.productionWeights }
            #expect(weights.filter { $0 > 0 } == [10, 20, 30, 40, 50, 60, 70, 80, 90, 100])
            #expect(fixture.world.state.withLock { $0.violations }.isEmpty)
        }
    }

    @Test func waitsUntilTheLoadBalancerServesTheWeights() async throws {
        try await Fixture.with { fixture in
            fixture.world.state.withLock { $0.unservedRoutingCalls = 4 }
            try await fixture.createGroup()
            try await fixture.driving {
                let id = try await fixture.deploy()
                #expect(try await fixture.end(of: id).status == .succeeded)
            }
            #expect(fixture.world.state.withLock { $0.unservedRoutingCalls } < 0)
        }
    }

    @Test func failedHookRollsBackWithoutTouchingBlue() async throws {
        try await Fixture.with { fixture in
            fixture.world.state.withLock { $0.functions["bad"] = .reports(.failed) }
            try await fixture.createGroup {
                $0.autoRollbackConfiguration = .init(enabled: true, events: [.deploymentFailure])
            }
            try await fixture.driving {
                let id = try await fixture.deploy(hooks: [("AfterAllowTraffic", "bad")])
                let information = try await fixture.end(of: id)
                #expect(information.status == .failed)
                #expect(information.errorInformation?.code == .hookExecutionFailure)
                let rollbackID = try #require(information.rollbackInfo?.rollbackDeploymentId)
                #expect(
                    information.rollbackInfo?.rollbackMessage
                        == "Deployment \(id) terminated. Automatic rollback is triggered with a DeploymentId \(rollbackID)."
                )
                let rollback = try await fixture.information(rollbackID)
                #expect(rollback.status == .succeeded)
                #expect(rollback.creator == .codeDeployRollback)
                #expect(rollback.deploymentConfigName == "CodeDeployDefault.ECSAllAtOnce")
                #expect(rollback.rollbackInfo?.rollbackTriggeringDeploymentId == id)
                let events = try await fixture.target(id).lifecycleEvents ?? []
                #expect(events.last?.diagnostics?.errorCode == .scriptFailed)
            }
            #expect(fixture.world.weights() == [FakeWorld.blueGroup: 100, FakeWorld.greenGroup: 0])
            fixture.world.state.withLock { state in
                #expect(state.violations.isEmpty)
                #expect(state.taskSets.map(\.id) == ["ecs-svc/1"])
                #expect(state.taskSets.map(\.status) == ["PRIMARY"])
            }
        }
    }

    @Test func failedHookShowsTheEndOfItsLog() async throws {
        try await Fixture.with { fixture in
            let lines = ["START\n", "Traceback: no such table\n", String(repeating: "x", count: 4065), "END\n"]
            fixture.world.state.withLock { state in
                state.functions["quiet"] = .reports(.failed)
                state.functions["bad"] = .reports(.failed)
                state.logs["/aws/lambda/bad"] = lines
            }
            try await fixture.createGroup()
            let expectations = [("bad", "Traceback: no such table\n\(lines[2])\nEND"), ("quiet", "")]
            for (function, tail) in expectations {
                try await fixture.driving {
                    let id = try await fixture.deploy(hooks: [("BeforeInstall", function)])
                    _ = try await fixture.end(of: id)
                    let diagnostics = try await fixture.target(id).lifecycleEvents?.first?.diagnostics
                    #expect(diagnostics?.scriptName == function)
                    #expect(diagnostics?.logTail == tail)
                }
            }
        }
    }

    @Test(arguments: [
        ("missing", CodeDeploy.ErrorCode.invalidLambdaFunction), ("denied", .iamRolePermissions),
        ("silent", .hookExecutionFailure),
    ])
    func hookThatCannotFinishFailsTheDeployment(function: String, code: CodeDeploy.ErrorCode) async throws {
        try await Fixture.with { fixture in
            fixture.world.state.withLock {
                $0.functions["denied"] = .denied
                $0.functions["silent"] = .silent
            }
            try await fixture.createGroup()
            try await fixture.driving {
                let id = try await fixture.deploy(hooks: [("BeforeInstall", function)])
                let information = try await fixture.end(of: id)
                #expect(information.status == .failed)
                #expect(information.errorInformation?.code == code)
                #expect(
                    try await fixture.target(id).lifecycleEvents?.dropFirst().allSatisfy { $0.status == .skipped }
                        == true)
            }
            #expect(fixture.world.weights() == [FakeWorld.blueGroup: 100])
        }
    }

    @Test func stuckHookIsFinishedFromOutsideOnce() async throws {
        try await Fixture.with { fixture in
            fixture.world.state.withLock { $0.functions["silent"] = .silent }
            try await fixture.createGroup()
            try await fixture.driving {
                let id = try await fixture.deploy(hooks: [("AfterInstall", "silent")])
                try await fixture.until(id) { machine in
                    machine.lifecycleEvents.contains { $0.name == .afterInstall && $0.statusName == "InProgress" }
                        && machine.outstandingCommands.isEmpty
                }
                let text = try #require(fixture.world.state.withLock { $0.invocations.first?.payload })
                let payload = try JSONValue(parsing: text)
                let execution = try #require(payload["LifecycleEventHookExecutionId"]?.string)
                #expect(execution.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" })
                let report = CodeDeploy.PutLifecycleEventHookExecutionStatus.Input(
                    deploymentId: id, lifecycleEventHookExecutionId: execution, status: .succeeded)
                let answer = try await fixture.call(CodeDeploy.PutLifecycleEventHookExecutionStatus.self, report)
                #expect(answer.lifecycleEventHookExecutionId == execution)
                await expect(code: "LifecycleEventAlreadyCompletedException") {
                    try await fixture.call(CodeDeploy.PutLifecycleEventHookExecutionStatus.self, report)
                }
                #expect(try await fixture.end(of: id).status == .succeeded)
            }
        }
    }

    @Test func greenThatNeverGetsHealthyTimesOut() async throws {
        try await Fixture.with { fixture in
            fixture.world.state.withLock { $0.greenBecomesHealthy = false }
            try await fixture.createGroup {
                $0.autoRollbackConfiguration = .init(enabled: true, events: [.deploymentFailure])
            }
            try await fixture.driving {
                let id = try await fixture.deploy()
                let information = try await fixture.end(of: id)
                #expect(information.status == .failed)
                #expect(information.errorInformation?.code == .timeout)
            }
            fixture.world.state.withLock { state in
                #expect(state.taskSets.map(\.id) == ["ecs-svc/1"])
                #expect(state.violations.isEmpty)
            }
        }
    }

    @Test(arguments: [false, true])
    func stopLeavesThingsAsTheyAreUnlessARollbackIsAskedFor(rollback: Bool) async throws {
        try await Fixture.with { fixture in
            try await fixture.createGroup { $0.deploymentConfigName = "CodeDeployDefault.ECSCanary10Percent5Minutes" }
            try await fixture.driving {
                let id = try await fixture.deploy()
                try await fixture.letPass(id) { machine in
                    machine.taskSets.contains { $0.label == .green && $0.trafficWeight == 10 }
                }
                _ = try await fixture.call(
                    CodeDeploy.StopDeployment.self, .init(deploymentId: id, autoRollbackEnabled: rollback))
                let information = try await fixture.end(of: id)
                #expect(information.status == .stopped)
                #expect(information.errorInformation?.code == .manualStop)
                #expect((information.rollbackInfo?.rollbackDeploymentId != nil) == rollback)
                await expect(code: "DeploymentAlreadyCompletedException") {
                    try await fixture.call(CodeDeploy.StopDeployment.self, .init(deploymentId: id))
                }
            }
            #expect(fixture.world.weights()[FakeWorld.greenGroup] == (rollback ? 0 : 10))
        }
    }

    @Test func anAlarmStopsTheDeploymentAndRollsItBack() async throws {
        try await Fixture.with { fixture in
            fixture.world.state.withLock { $0.alarms = ["errors": .ok, "slow": .insufficientData] }
            try await fixture.createGroup {
                $0.deploymentConfigName = "CodeDeployDefault.ECSCanary10Percent5Minutes"
                $0.alarmConfiguration = .init(enabled: true, alarms: [.init(name: "errors"), .init(name: "slow")])
                $0.autoRollbackConfiguration = .init(enabled: true, events: [.deploymentStopOnAlarm])
            }
            try await fixture.driving {
                let id = try await fixture.deploy()
                try await fixture.letPass(id) { machine in machine.taskSets.contains { $0.trafficWeight == 10 } }
                fixture.world.state.withLock { $0.alarms["slow"] = .alarm }
                fixture.store.changes.announce([.alarms])
                let information = try await fixture.end(of: id)
                #expect(information.status == .stopped)
                #expect(information.errorInformation?.code == .alarmActive)
                #expect(information.errorInformation?.message?.hasSuffix("Activated alarms: <slow>") == true)
                #expect(information.rollbackInfo?.rollbackDeploymentId != nil)
            }
            #expect(fixture.world.weights()[FakeWorld.greenGroup] == 0)
        }
    }

    @Test(arguments: [nil, true, false])
    func alarmsThatDoNotExistStopTheDeploymentUnlessThatIsIgnored(ignores: Bool?) async throws {
        try await Fixture.with { fixture in
            try await fixture.createGroup {
                $0.alarmConfiguration = .init(
                    enabled: true, ignorePollAlarmFailure: ignores, alarms: [.init(name: "gone")])
            }
            try await fixture.driving {
                let information = try await fixture.end(of: try await fixture.deploy())
                #expect(information.status == (ignores == true ? .succeeded : .stopped))
                #expect(information.errorInformation?.message?.contains("<gone>") == (ignores == true ? nil : true))
            }
        }
    }

    @Test func aDeploymentMayWatchOtherAlarmsThanItsGroup() async throws {
        try await Fixture.with { fixture in
            fixture.world.state.withLock { $0.alarms = ["errors": .alarm] }
            try await fixture.createGroup {
                $0.alarmConfiguration = .init(enabled: true, alarms: [.init(name: "errors")])
            }
            try await fixture.driving {
                let without = try await fixture.deploy { $0.overrideAlarmConfiguration = .init(enabled: false) }
                #expect(try await fixture.end(of: without).status == .succeeded)
                // One that rings already when the deployment begins counts.
                let with = try await fixture.deploy()
                #expect(try await fixture.end(of: with).errorInformation?.code == .alarmActive)
            }
        }
    }

    @Test func nextDeploymentPutsRightWhatAStoppedOneLeft() async throws {
        try await Fixture.with { fixture in
            try await fixture.createGroup { $0.deploymentConfigName = "CodeDeployDefault.ECSCanary10Percent5Minutes" }
            try await fixture.driving {
                let first = try await fixture.deploy()
                try await fixture.letPass(first) { machine in machine.taskSets.contains { $0.trafficWeight == 10 } }
                _ = try await fixture.call(CodeDeploy.StopDeployment.self, .init(deploymentId: first))
                _ = try await fixture.end(of: first)
                let second = try await fixture.deploy()
                #expect(try await fixture.end(of: second).status == .succeeded)
            }
            fixture.world.state.withLock { state in
                #expect(state.taskSets.count == 1)
                #expect(state.violations.isEmpty)
            }
        }
    }

    @Test func readyWaitIsContinued() async throws {
        try await Fixture.with { fixture in
            try await fixture.createGroup {
                $0.blueGreenDeploymentConfiguration?.deploymentReadyOption = .init(
                    actionOnTimeout: .stopDeployment, waitTimeInMinutes: 30)
            }
            try await fixture.driving {
                let id = try await fixture.deploy()
                try await fixture.until(id) { $0.status == .ready }
                #expect(try await fixture.information(id).status == .ready)
                #expect(fixture.world.weights()[FakeWorld.greenGroup] ?? 0 == 0)
                await expect(code: "DeploymentIsNotInReadyStateException") {
                    try await fixture.call(
                        CodeDeploy.ContinueDeployment.self,
                        .init(deploymentId: id, deploymentWaitType: .terminationWait))
                }
                _ = try await fixture.call(CodeDeploy.ContinueDeployment.self, .init(deploymentId: id))
                try await fixture.until(id) { $0.isTerminationWaitStarted }
                #expect(try await fixture.end(of: id).status == .succeeded)
            }
        }
    }

    @Test func readyWaitThatNobodyEndsStopsTheDeployment() async throws {
        try await Fixture.with { fixture in
            try await fixture.createGroup {
                $0.blueGreenDeploymentConfiguration?.deploymentReadyOption = .init(
                    actionOnTimeout: .stopDeployment, waitTimeInMinutes: 30)
            }
            try await fixture.driving {
                let information = try await fixture.end(of: fixture.deploy())
                #expect(information.status == .stopped)
                #expect(information.errorInformation?.code == .timeout)
            }
        }
    }

    @Test func terminationWaitKeepsTheDeploymentInProgressUntilItIsEnded() async throws {
        try await Fixture.with { fixture in
            try await fixture.createGroup()
            try await fixture.driving {
                let id = try await fixture.deploy()
                try await fixture.until(id) { $0.isTerminationWaitStarted }
                let information = try await fixture.information(id)
                #expect(information.status == .inProgress)
                #expect(information.deploymentOverview == nil)
                #expect(information.instanceTerminationWaitTimeStarted == true)
                #expect(try await fixture.target(id).status == .succeeded)
                _ = try await fixture.call(
                    CodeDeploy.ContinueDeployment.self, .init(deploymentId: id, deploymentWaitType: .terminationWait))
                let end = try await fixture.end(of: id)
                #expect(end.status == .succeeded)
            }
        }
    }

    @Test func keepAliveLeavesBlue() async throws {
        try await Fixture.with { fixture in
            try await fixture.createGroup {
                $0.blueGreenDeploymentConfiguration?.terminateBlueInstancesOnDeploymentSuccess = .init(
                    action: .keepAlive)
            }
            try await fixture.driving {
                let first = try await fixture.end(of: fixture.deploy())
                #expect(first.status == .succeeded)
                #expect(fixture.world.state.withLock { $0.taskSets.count } == 2)
                let second = try await fixture.end(of: fixture.deploy())
                #expect(second.status == .succeeded)
                #expect(fixture.world.state.withLock { $0.violations }.isEmpty)
            }
        }
    }

    @Test func secondDeploymentIsRefusedByNameOfTheFirst() async throws {
        try await Fixture.with { fixture in
            try await fixture.createGroup()
            let id = try await fixture.deploy()
            let error = await #expect(throws: AWSError.self) { _ = try await fixture.deploy() }
            #expect(error?.code == "DeploymentLimitExceededException")
            #expect(error?.message == "The Deployment Group 'group' is already deploying deployment '\(id)'.")
        }
    }

    @Test(arguments: [("app:9", true, CodeDeploy.ErrorCode.invalidRevision), ("app:2", false, .invalidEcsService)])
    func whatOnlyECSKnowsFailsLater(taskDefinition: String, exists: Bool, code: CodeDeploy.ErrorCode) async throws {
        try await Fixture.with { fixture in
            try await fixture.createGroup()
            fixture.world.state.withLock { $0.serviceExists = exists }
            try await fixture.driving {
                let information = try await fixture.end(of: fixture.deploy(taskDefinition: taskDefinition))
                #expect(information.status == .failed)
                #expect(information.errorInformation?.code == code)
            }
        }
    }

    /// The controller is cut off at every step of the way and a new one goes on from the store.
    @Test func newControllerFinishesWhatAnOldOneBegan() async throws {
        try await Fixture.with { fixture in
            fixture.world.state.withLock { $0.functions["ok"] = .reports(.succeeded) }
            try await fixture.createGroup {
                $0.deploymentConfigName = "CodeDeployDefault.ECSLinear10PercentEvery1Minutes"
            }
            let id = try await fixture.deploy(hooks: Self.allHooks)
            for weight in [0.0, 10, 40, 100] {
                try await fixture.driving {
                    try await fixture.letPass(id) { machine in
                        machine.taskSets.contains { $0.label == .green && $0.trafficWeight >= weight }
                    }
                }
            }
            try await fixture.driving {
                let information = try await fixture.end(of: id)
                #expect(information.status == .succeeded)
            }
            fixture.world.state.withLock { state in
                #expect(state.violations.isEmpty)
                #expect(state.taskSets.count == 1)
                #expect(state.productionWeights.filter { $0 > 0 } == [10, 20, 30, 40, 50, 60, 70, 80, 90, 100])
            }
        }
    }
}
