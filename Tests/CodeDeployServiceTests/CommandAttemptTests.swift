import CodeDeployAPI
import CodeDeployService
import DeploymentEngine
import ECSAPI
import Model
import Store
import Synchronization
import Testing
import WireProtocol

/// Calls that hang, fail for a while, or answer when nobody waits for them any more.
@Suite("Attempts of commands", .timeLimit(.minutes(1)))
struct CommandAttemptTests {
    @Test func callThatHangsIsCutAndRepeatedUnderTheSameToken() async throws {
        try await Fixture.with { fixture in
            fixture.world.state.withLock { $0.hangs = ["CreateTaskSet"] }
            try await fixture.createGroup()
            try await fixture.driving {
                let id = try await fixture.deploy()
                #expect(try await fixture.end(of: id).status == .succeeded)
            }
            fixture.world.state.withLock { state in
                #expect(state.hangs.isEmpty)
                #expect(state.taskSets.map(\.status) == ["PRIMARY"])
                #expect(state.violations.isEmpty)
            }
        }
    }

    @Test(arguments: [
        AWSError(code: "ThrottlingException", message: "Rate exceeded"),
        AWSError(code: "ThrottledException", message: "Rate exceeded"),
        AWSError(code: "RequestThrottledException", message: "Rate exceeded"),
        AWSError(code: "RequestLimitExceeded", message: "Rate exceeded"),
        AWSError(code: "SlowDown", message: "Rate exceeded"),
        AWSError(code: "PriorRequestNotComplete", message: "Rate exceeded"),
        AWSError(code: "TooManyRequestsException", message: "Rate exceeded", status: 429),
        AWSError(code: "ServerException", message: "try again", status: 500),
    ])
    func troubleWithTheTaskDefinitionThatPassesIsWaitedFor(_ error: AWSError) async throws {
        try await Fixture.with { fixture in
            fixture.world.state.withLock { $0.taskDefinitionErrors = [error, error] }
            try await fixture.createGroup()
            try await fixture.driving {
                let id = try await fixture.deploy()
                #expect(try await fixture.end(of: id).status == .succeeded)
            }
        }
    }

    @Test func roleThatMayNotReadTheTaskDefinitionIsNotTheRevisionsFault() async throws {
        try await Fixture.with { fixture in
            let error = AWSError(code: "AccessDeniedException", message: "not authorized", status: 400)
            fixture.world.state.withLock { $0.taskDefinitionErrors = [error] }
            try await fixture.createGroup()
            try await fixture.driving {
                let information = try await fixture.end(of: fixture.deploy())
                #expect(information.status == .failed)
                #expect(information.errorInformation?.code == .iamRolePermissions)
            }
        }
    }

    /// Timers fire only between calls, so a clock that jumps ahead cannot end the deployment while CreateTaskSet is under
    /// way: the rollback knows the task set that comes late.
    @Test func taskSetThatIsCreatedAfterAStopAndAJumpOfTheClockIsDeleted() async throws {
        try await Fixture.with { fixture in
            let (gate, latch) = AsyncStream<Void>.makeStream()
            fixture.world.state.withLock { $0.gates["CreateTaskSet"] = gate }
            try await fixture.createGroup()
            try await fixture.driving {
                let id = try await fixture.deploy()
                try await fixture.until(id) { machine in
                    machine.outstandingCommands.contains { command in
                        switch command.action {
                        case .createTaskSet: true
                        case .inspectService, .startMigration, .stopMigration, .setProductionTraffic, .setTestTraffic,
                            .invokeHook,
                            .updatePrimaryTaskSet,
                            .deleteTaskSet:
                            false
                        }
                    }
                }
                _ = try await fixture.call(
                    CodeDeploy.StopDeployment.self, .init(deploymentId: id, autoRollbackEnabled: true))
                fixture.clock.advance(by: .hours(3))
                latch.finish()
                let information = try await fixture.end(of: id)
                #expect(information.status == .stopped)
                let rollback = try #require(information.rollbackInfo?.rollbackDeploymentId)
                #expect(try await fixture.information(rollback).status == .succeeded)
            }
            #expect(fixture.world.state.withLock { $0.taskSets.map(\.id) } == ["ecs-svc/1"])
        }
    }

    /// Where ECS and the load balancer are elsewhere, nothing in the store says that green has become healthy.
    @Test func pollingSeesWhatTheStoreDoesNotTell() async throws {
        try await Fixture.with(wakeSource: .polling(every: .seconds(5))) { fixture in
            fixture.world.state.withLock { $0.greenBecomesHealthy = false }
            try await fixture.createGroup()
            try await fixture.driving {
                let id = try await fixture.deploy()
                try await fixture.until(id) { machine in machine.taskSets.count == 2 }
                fixture.world.state.withLock { state in
                    for index in state.taskSets.indices { state.taskSets[index].stabilityStatus = .steadyState }
                }
                #expect(try await fixture.end(of: id).status == .succeeded)
            }
        }
    }
}
