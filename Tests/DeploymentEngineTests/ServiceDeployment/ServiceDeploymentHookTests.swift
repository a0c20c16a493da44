import Model
import Testing

@testable import DeploymentEngine

@Suite struct ServiceDeploymentHookTests {
    typealias Pilot = ServiceDeploymentPilot

    @Test func inProgressIsAskedAgainAfterItsDelayWithItsDetails() throws {
        var pilot = Pilot(.blueGreen, hooks: [Pilot.hook([.postScaleUp])], bakeTime: .zero)
        pilot.answers["hook"] = [
            .inProgress(callBackDelay: .seconds(90), details: "{\"seen\":1}"),
            .inProgress(callBackDelay: nil, details: nil),
            .succeeded,
        ]
        pilot.start()
        let began = pilot.now
        pilot.run()
        let seen = pilot.invocations(of: "hook")
        #expect(seen.map(\.details) == [nil, "{\"seen\":1}", "{\"seen\":1}"])
        #expect(Set(seen.map(\.run)).count == 1)
        #expect(pilot.now - began == .seconds(120))
        #expect(pilot.deployment.status == .successful)
        #expect(pilot.deployment.hookViews.map(\.status) == [.succeeded])
    }

    @Test func detailsBelongToOneHookOfOneStage() {
        var pilot = Pilot(
            .blueGreen, hooks: [Pilot.hook([.preScaleUp, .postScaleUp]), Pilot.hook([.preScaleUp], name: "other")])
        pilot.answers["hook"] = [.inProgress(callBackDelay: nil, details: "{}"), .succeeded]
        pilot.start()
        pilot.run()
        #expect(pilot.invocations(of: "hook").map(\.details) == [nil, "{}", nil])
        #expect(pilot.invocations(of: "other").map(\.details) == [nil])
    }

    @Test func allHooksOfAStageRunTogetherAndOneFailureIsEnough() {
        var pilot = Pilot(
            .blueGreen, hooks: [Pilot.hook([.preScaleUp], name: "a"), Pilot.hook([.preScaleUp], name: "b")])
        pilot.answers["a"] = [.inProgress(callBackDelay: .hours(2), details: nil)]
        pilot.answers["b"] = [
            .unusable("ECS was unable to parse the response from b due to: HookStatus must not be null")
        ]
        pilot.start()
        #expect(pilot.deployment.outstandingCommands.count == 1)
        pilot.settle()
        #expect(pilot.calls == ["a": 1, "b": 1])
        pilot.run()
        #expect(pilot.deployment.status == .rollbackSuccessful)
        #expect(
            pilot.deployment.statusReason
                == "Service deployment rolled back because PRE_SCALE_UP lifecycle hook(s) failed. "
                + "ECS was unable to parse the response from b due to: HookStatus must not be null")
    }

    @Test func aFunctionThatIsNeverDoneTimesOut() {
        var pilot = Pilot(.blueGreen, hooks: [Pilot.hook([.preScaleUp])])
        pilot.answers["hook"] = [.inProgress(callBackDelay: .hours(10), details: nil)]
        pilot.start()
        let began = pilot.now
        pilot.run()
        #expect(pilot.now - began == .hours(24))
        #expect(pilot.deployment.cause == .hookTimedOut(.preScaleUp, target: "hook"))
        #expect(pilot.deployment.status == .rollbackSuccessful)
    }

    @Test func aFunctionThatCannotBeReachedIsTriedAgain() {
        var pilot = Pilot(.blueGreen, hooks: [Pilot.hook([.preScaleUp])])
        pilot.refusals["invoking a PRE_SCALE_UP hook"] = .transient(reason: "TooManyRequestsException")
        pilot.start()
        pilot.run { $0.outstandingCommands.isEmpty && $0.timers.count > 2 }
        pilot.refusals = [:]
        pilot.run()
        #expect(pilot.deployment.status == .successful)
    }

    // MARK: Pauses

    @Test func aPauseWaitsForItsAction() throws {
        var pilot = Pilot(.blueGreen, hooks: [Pilot.pause(.postTestTrafficShift)])
        pilot.start()
        pilot.settle()
        let run = try #require(pilot.deployment.waitingPause)
        #expect(pilot.deployment.lifecycleStage == .postTestTrafficShift)
        guard case .accepted = pilot.deployment.pauseContinued(run, .proceed, at: pilot.now) else {
            Issue.record("not accepted")
            return
        }
        #expect(pilot.deployment.pauseContinued(run, .proceed, at: pilot.now) == .notWaiting)
        pilot.run()
        #expect(pilot.deployment.status == .successful)
        #expect(pilot.deployment.pauseContinued(run, .proceed, at: pilot.now) == .alreadyEnded)
    }

    @Test func aRejectedPauseRollsBack() throws {
        var pilot = Pilot(.blueGreen, hooks: [Pilot.pause(.postScaleUp)])
        pilot.start()
        pilot.settle()
        let run = try #require(pilot.deployment.waitingPause)
        _ = pilot.deployment.pauseContinued(run, .rollback, at: pilot.now)
        pilot.run()
        #expect(pilot.deployment.status == .rollbackSuccessful)
        #expect(pilot.deployment.cause == .pauseRejected(.postScaleUp))
        #expect(pilot.deployment.hookViews.map(\.status) == [.failed])
    }

    @Test(arguments: [
        (ServiceDeployment.Hook.TimeoutAction.rollback, ServiceDeployment.Status.rollbackSuccessful),
        (.proceed, .successful),
    ])
    func aPauseThatNobodyContinues(action: ServiceDeployment.Hook.TimeoutAction, status: ServiceDeployment.Status) {
        var pilot = Pilot(.blueGreen, hooks: [Pilot.pause(.postScaleUp, action)])
        pilot.start()
        pilot.run()
        #expect(pilot.deployment.status == status)
        #expect(pilot.deployment.hookViews.map(\.status) == [.timedOut])
    }

    @Test func everyStepHasAPauseOfItsOwn() throws {
        var pilot = Pilot(.linear(permille: 500, bake: .minutes(1)), hooks: [Pilot.pause(.preProductionTrafficShift)])
        pilot.start()
        var runs: [Int] = []
        for _ in 0..<2 {
            pilot.run { $0.waitingPause != nil }
            let run = try #require(pilot.deployment.waitingPause)
            runs.append(run)
            _ = pilot.deployment.pauseContinued(run, .proceed, at: pilot.now)
        }
        pilot.run()
        #expect(Set(runs).count == 2)
        #expect(pilot.deployment.status == .successful)
    }
}
