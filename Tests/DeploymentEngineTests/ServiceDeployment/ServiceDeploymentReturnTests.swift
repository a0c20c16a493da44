import Model
import Testing

@testable import DeploymentEngine

/// What the simulator has found.
@Suite struct ServiceDeploymentReturnTests {
    typealias Pilot = ServiceDeploymentPilot

    /// A call that comes after IN_PROGRESS has until the hook's own time-out, on a scaled clock as well.
    @Test func aCallThatIsRepeatedHasTheTimeThatTheHookHas() throws {
        var pilot = Pilot(
            .blueGreen, hooks: [Pilot.hook([.preScaleUp])], timeScale: try #require(TimeScale(60)))
        pilot.answers["hook"] = [.inProgress(callBackDelay: .seconds(60), details: nil), .succeeded]
        pilot.start()
        pilot.run { $0.outstandingCommands.isEmpty && !$0.hookViews.isEmpty }
        let view = try #require(pilot.deployment.hookViews.first)
        let hasTicked = pilot.tick()
        #expect(hasTicked)
        let command = try #require(pilot.deployment.outstandingCommands.first)
        // Whatever fires before the time-out, the function is still waited for.
        while let timer = pilot.deployment.nextTimer, timer.deadline < view.expiresAt { _ = pilot.tick() }
        #expect(pilot.deployment.outstandingCommands == [command])
        #expect(pilot.deployment.hookViews.map(\.status) == [.inProgress])
    }

    /// It had turned around, and only a call was still under way.
    @Test func aNewerDeploymentIsNotUndoneByOneThatHasTurnedAround() {
        var pilot = Pilot(.blueGreen)
        pilot.deployment = Self.beforeTheFirstWeight()
        pilot.stop(.rollback)
        #expect(pilot.deployment.status == .rollbackRequested)
        pilot.apply { $0.superseded(at: $1) }
        pilot.run()
        #expect(pilot.deployment.status == .stopped)
        #expect(pilot.deployment.cause == .superseded)
    }

    private static func beforeTheFirstWeight() -> ServiceDeployment {
        var pilot = Pilot(.blueGreen)
        pilot.start()
        for _ in 0..<100 {
            guard let command = pilot.deployment.outstandingCommands.first else { break }
            if case .setProductionTraffic = command.action { break }
            pilot.perform(command)
            pilot.sight()
        }
        return pilot.deployment
    }

    @Test func aWayBackTakesTheRoleFromNoNewerRevision() {
        func id(_ number: Int) -> RevisionRoster.RevisionID { .init(rawValue: "ecs-svc/\(number)") }
        var roster = RevisionRoster([.init(id: id(1), role: .primary, scale: 100, progress: RevisionProgress())])
        roster.deploy(id(2))
        roster.deploy(id(3))
        roster.scaleDown(id(2), returningTo: id(1), isRolling: false)
        #expect(roster.entries.filter { $0.role == .primary }.map(\.id) == [id(3)])
        #expect(roster.entries.first { $0.id == id(1) }?.role == .active)
    }

    /// What a deployment before it has left at 95 to 5 is put right even by one that gets no further.
    @Test func aDeploymentThatCannotReconcileReturnsTrafficAllTheSame() {
        var pilot = Pilot(.blueGreen)
        pilot.isSplit = true
        pilot.productionPermille = 50
        pilot.tasks[Pilot.stray] = 1
        pilot.refusals["returning the service to revision ecs-svc/1"] = .rejected(reason: "no")
        pilot.start(strays: [Pilot.stray])
        pilot.run()
        #expect(pilot.deployment.status == .rollbackSuccessful)
        #expect(pilot.productionPermille == 0)
    }
}
