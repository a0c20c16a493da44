import Model
import Testing

@testable import DeploymentEngine

@Suite struct ServiceDeploymentTests {
    typealias Pilot = ServiceDeploymentPilot

    static let whole: [ServiceDeployment.Leg] = [
        .inspection, .preScaleUp, .scaleUp, .postScaleUp, .testTrafficShift, .postTestTrafficShift,
        .preProductionTrafficShift(step: 0), .productionTrafficShift(step: 0), .postProductionTrafficShift, .bakeTime,
        .cleanUp,
    ]

    @Test func blueGreenWalksEveryStageAndEndsOnTheTarget() {
        var pilot = Pilot(.blueGreen)
        pilot.start()
        pilot.run()
        #expect(pilot.deployment.status == .successful)
        #expect(pilot.legs == Self.whole)
        #expect(pilot.shares == [1000])
        #expect(pilot.isTestOnTarget)
        #expect(pilot.tasks == [Pilot.target: 3, Pilot.source: 0])
        #expect(pilot.primary == Pilot.target)
    }

    @Test func linearRestsBetweenStepsAndNotAfterTheLast() {
        var pilot = Pilot(.linear(permille: 300, bake: .minutes(10)), bakeTime: .zero)
        pilot.start()
        let began = pilot.now
        pilot.run()
        #expect(pilot.deployment.status == .successful)
        #expect(pilot.shares == [300, 600, 900, 1000])
        #expect(pilot.now - began == .minutes(30))
    }

    @Test func canaryTakesTwoSteps() {
        var pilot = Pilot(.canary(permille: 50, bake: .minutes(10)))
        pilot.start()
        pilot.run { $0.servedProductionPermille == 50 }
        #expect(pilot.deployment.lifecycleStage == .productionTrafficShift)
        #expect(pilot.deployment.weights(targetPermille: 50) == [Pilot.target: 50, Pilot.source: 950])
        pilot.run()
        #expect(pilot.shares == [50, 1000])
        #expect(pilot.deployment.status == .successful)
    }

    @Test func aFirstDeploymentTakesAllTrafficAtOnce() {
        var pilot = Pilot(.linear(permille: 100, bake: .minutes(6)), hooks: [Pilot.hook([.productionTrafficShift])])
        pilot.primary = nil
        pilot.start()
        pilot.run()
        #expect(pilot.shares == [1000])
        #expect(pilot.invocations(of: "hook").map(\.productionWeights) == [[Pilot.target: 1000]])
        #expect(pilot.deployment.status == .successful)
    }

    @Test func rollingHasHooksBeforeItsTasksOnly() {
        var pilot = Pilot(.rolling, hooks: [Pilot.hook(ServiceDeployment.HookStage.allCases)], bakeTime: .zero)
        pilot.start()
        pilot.run()
        #expect(pilot.legs == [.inspection, .preScaleUp, .scaleUp, .bakeTime])
        #expect(pilot.invocations(of: "hook").map(\.stage) == [.preScaleUp])
        #expect(pilot.deployment.status == .successful)
    }

    @Test func withoutListenersHooksSeeTheWeightsAllTheSame() {
        var pilot = Pilot(
            .canary(permille: 250, bake: .minutes(1)),
            hooks: [Pilot.hook([.preProductionTrafficShift, .productionTrafficShift])], traffic: .none)
        pilot.start()
        pilot.run()
        #expect(pilot.shares.isEmpty)
        #expect(
            pilot.invocations(of: "hook").map { $0.productionWeights[Pilot.target] } == [0, 250, 250, 1000])
    }

    @Test func whatEarlierDeploymentsLeftIsReconciledFirst() {
        var pilot = Pilot(.blueGreen, hooks: [Pilot.hook([.reconcileService])])
        pilot.tasks[Pilot.stray] = 2
        pilot.isSplit = true
        pilot.start(strays: [Pilot.stray])
        pilot.run()
        #expect(pilot.legs.prefix(3) == [.inspection, .reconcileService, .preScaleUp])
        #expect(pilot.performed.contains(.reconcile(to: Pilot.source, retiring: [Pilot.stray])))
        #expect(pilot.invocations(of: "hook").count == 1)
        #expect(pilot.tasks[Pilot.stray] == 0)
        #expect(pilot.deployment.status == .successful)
    }

    // MARK: The way back

    @Test(arguments: [
        (ServiceDeployment.HookStage.preScaleUp, [ServiceDeployment.Leg.scaleDown]),
        (.postScaleUp, [.scaleDown]),
        (.testTrafficShift, [.returnTestTraffic, .scaleDown]),
        (.postTestTrafficShift, [.returnTestTraffic, .scaleDown]),
        (.preProductionTrafficShift, [.returnTestTraffic, .scaleDown]),
        (.productionTrafficShift, [.returnProductionTraffic, .returnTestTraffic, .scaleDown]),
        (.postProductionTrafficShift, [.returnProductionTraffic, .returnTestTraffic, .scaleDown]),
    ])
    func aFailedHookUndoesWhatWasDone(stage: ServiceDeployment.HookStage, back: [ServiceDeployment.Leg]) {
        var pilot = Pilot(.blueGreen, hooks: [Pilot.hook([stage])])
        pilot.answers["hook"] = [.failed]
        pilot.start()
        pilot.run()
        #expect(pilot.deployment.status == .rollbackSuccessful)
        #expect(Array(pilot.legs.suffix(back.count)) == back)
        #expect(!pilot.legs.dropLast(back.count).contains(where: back.contains))
        #expect(pilot.productionPermille == 0)
        #expect(!pilot.isTestOnTarget)
        #expect(pilot.tasks == [Pilot.source: 3, Pilot.target: 0])
        #expect(pilot.primary == Pilot.source)
        #expect(
            pilot.deployment.statusReason
                == "Service deployment rolled back because \(stage.rawValue) lifecycle hook(s) failed. "
                + "Lifecycle hook target hook returned FAILED status.")
        #expect(pilot.deployment.rollback?.to == Pilot.source)
    }

    @Test func hooksOfTheShiftStagesRunAgainOnTheWayBackAndCannotStopIt() {
        var pilot = Pilot(
            .blueGreen,
            hooks: [
                Pilot.hook([.testTrafficShift, .productionTrafficShift]),
                Pilot.hook([.postProductionTrafficShift], name: "last"),
            ])
        pilot.answers["hook"] = [.succeeded, .succeeded, .failed]
        pilot.answers["last"] = [.failed]
        pilot.start()
        pilot.run()
        let seen = pilot.invocations(of: "hook")
        #expect(
            seen.map(\.stage) == [
                .testTrafficShift, .productionTrafficShift, .productionTrafficShift, .testTrafficShift,
            ])
        #expect(seen[2].productionWeights == [Pilot.target: 0, Pilot.source: 1000])
        #expect(seen[3].testWeights == [Pilot.target: 0, Pilot.source: 1000])
        #expect(pilot.deployment.status == .rollbackSuccessful)
    }

    @Test func withoutASourceThereIsNoWayBack() {
        var pilot = Pilot(.blueGreen, hooks: [Pilot.hook([.postScaleUp])])
        pilot.primary = nil
        pilot.answers["hook"] = [.failed]
        pilot.start()
        pilot.run()
        #expect(pilot.deployment.status == .rollbackFailed)
        #expect(pilot.deployment.statusReason == "No rollback candidate was found to run the rollback.")
    }

    @Test(arguments: [true, false])
    func theCircuitBreakerTripsAtItsThreshold(rollsBack: Bool) {
        var pilot = Pilot(.blueGreen, circuitBreaker: .init(isEnabled: true, rollsBack: rollsBack))
        pilot.isTargetWell = false
        pilot.start()
        pilot.failedTasks = 2
        pilot.settle()
        #expect(pilot.deployment.lifecycleStage == .scaleUp)
        pilot.failedTasks = 3
        pilot.sight()
        pilot.run()
        #expect(pilot.deployment.status == (rollsBack ? .rollbackSuccessful : .stopped))
        #expect(pilot.deployment.cause == .circuitBreaker)
    }

    @Test func aRollingDeploymentReturnsByItsSource() {
        var pilot = Pilot(.rolling, circuitBreaker: .init(isEnabled: true, rollsBack: true))
        pilot.isTargetWell = false
        pilot.start()
        pilot.failedTasks = 3
        pilot.run()
        #expect(pilot.legs == [.inspection, .preScaleUp, .scaleUp, .scaleDown])
        #expect(pilot.primary == Pilot.source)
        #expect(pilot.deployment.status == .rollbackSuccessful)
    }

    @Test func tasksThatNeverGetWellEndTheStageAfterADay() {
        var pilot = Pilot(.blueGreen)
        pilot.isTargetWell = false
        pilot.start()
        let began = pilot.now
        pilot.run()
        #expect(pilot.now - began == .hours(24))
        #expect(pilot.deployment.cause == .stageTimedOut(.scaleUp))
        #expect(pilot.deployment.status == .rollbackSuccessful)
    }

    @Test func networkingThatDoesNotFitRollsBackBeforeAnythingIsTouched() {
        var pilot = Pilot(.blueGreen)
        pilot.refusals["inspecting the listener rules"] = .rejected(reason: "Target group tg is in no rule.")
        pilot.start()
        pilot.run()
        #expect(pilot.deployment.status == .rollbackSuccessful)
        #expect(
            pilot.deployment.statusReason
                == "Service deployment rolled back because of invalid networking configuration: Target group tg is in no rule."
        )
        #expect(pilot.tasks == [Pilot.source: 3, Pilot.target: 0])
    }

    // MARK: Alarms

    @Test(arguments: [true, false])
    func anAlarmEndsTheDeploymentInItsBakeTimeToo(rollsBack: Bool) {
        var pilot = Pilot(.blueGreen, alarms: .init(names: ["errors", "slow"], isEnabled: true, rollsBack: rollsBack))
        pilot.start()
        pilot.apply { $0.alarmsSeen(ringing: ["other"], at: $1) }
        pilot.run { $0.lifecycleStage == .bakeTime }
        pilot.apply { $0.alarmsSeen(ringing: ["slow", "other"], at: $1) }
        pilot.run()
        #expect(pilot.deployment.status == (rollsBack ? .rollbackSuccessful : .stopped))
        #expect(pilot.deployment.triggeredAlarms == ["slow"])
        #expect(pilot.productionPermille == (rollsBack ? 0 : 1000))
    }

    @Test func anAlarmThatRangBeforeDoesNotCount() {
        var pilot = Pilot(.blueGreen, alarms: .init(names: ["errors"], isEnabled: true, rollsBack: true))
        pilot.start()
        pilot.apply { $0.alarmsSeen(ringing: ["errors"], at: $1) }
        #expect(pilot.deployment.watchedAlarms.isEmpty)
        pilot.apply { $0.alarmsSeen(ringing: ["errors"], at: $1) }
        pilot.run()
        #expect(pilot.deployment.status == .successful)
        #expect(pilot.deployment.triggeredAlarms == nil)
    }
}
