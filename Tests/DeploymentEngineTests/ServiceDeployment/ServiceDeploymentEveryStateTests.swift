import Foundation
import Model
import Testing

@testable import DeploymentEngine

/// What must hold in whatever state a deployment can be.
@Suite struct ServiceDeploymentEveryStateTests {
    typealias Pilot = ServiceDeploymentPilot

    /// Every value that a long deployment takes on its way, there and back.
    static func values(failing: Bool) -> [Pilot] {
        var pilot = Pilot(
            .canary(permille: 100, bake: .minutes(10)),
            hooks: [
                Pilot.hook(ServiceDeployment.HookStage.allCases), Pilot.pause(.postScaleUp, .proceed),
                Pilot.hook(failing ? [.postProductionTrafficShift] : [], name: "last"),
            ], alarms: .init(names: ["errors", "slow"], isEnabled: true, rollsBack: true),
            migration: MigrationTask(container: "app", command: ["migrate"]))
        pilot.answers["hook"] = [.inProgress(callBackDelay: nil, details: nil), .succeeded]
        pilot.answers["last"] = [.failed]
        pilot.tasks[Pilot.stray] = 1
        var values = [pilot]
        pilot.start(strays: [Pilot.stray])
        values.append(pilot)
        pilot.apply { $0.alarmsSeen(ringing: [], at: $1) }
        while pilot.deployment.status.isActive, values.count < 1000 {
            values.append(pilot)
            if let command = pilot.deployment.outstandingCommands.first {
                pilot.perform(command)
                values.append(pilot)
                pilot.sight()
            } else if !pilot.tick() {
                break
            }
        }
        values.append(pilot)
        return values
    }

    static let all = Self.values(failing: false) + Self.values(failing: true)

    @Test func everyLegIsReached() {
        let legs = Set(Self.all.flatMap(\.legs))
        // All but the one that a failure in CLEAN_UP needs.
        #expect(legs.count == 18)
    }

    @Test(arguments: [ServiceDeployment.StopType.rollback, .abort])
    func stoppingWorksInEveryState(type: ServiceDeployment.StopType) {
        for value in Self.all where value.deployment.status.isActive {
            var pilot = value
            pilot.stop(type)
            pilot.run()
            #expect(!pilot.deployment.status.isActive)
            #expect(!pilot.isMigrating)
            switch pilot.deployment.status {
            case .rollbackSuccessful:
                #expect(pilot.productionPermille == 0)
                #expect(!pilot.isTestOnTarget)
                #expect(pilot.primary == Pilot.source)
                #expect(pilot.tasks[Pilot.source] == 3)
                #expect(pilot.tasks[Pilot.target, default: 0] == 0)
            case .stopped, .successful: break
            case .rollbackFailed, .pending, .inProgress, .stopRequested, .rollbackRequested, .rollbackInProgress:
                Issue.record(
                    "\(pilot.deployment.status) \(pilot.deployment.statusReason ?? "") from \(value.deployment.state)")
            }
        }
    }

    /// Until the old tasks are given up, and not on the way back. What rings when the first look is taken does not count.
    @Test func anAlarmTurnsItAroundInEveryStateOfTheWayThere() {
        var turned = 0
        for value in Self.all where value.deployment.status.isActive {
            let isWatched = !value.deployment.watchedAlarms.isEmpty
            let isFirstLook = value.deployment.triggeredAlarms != nil && value.deployment.record.alarms == .starting
            var pilot = value
            pilot.apply { $0.alarmsSeen(ringing: ["slow", "other"], at: $1) }
            guard isWatched, !isFirstLook else {
                #expect(pilot.deployment.cause == value.deployment.cause)
                #expect(pilot.deployment.outstandingCommands == value.deployment.outstandingCommands)
                continue
            }
            turned += 1
            #expect(pilot.deployment.cause == .alarms(["slow"]))
            #expect(pilot.deployment.watchedAlarms.isEmpty)
            pilot.apply { $0.alarmsSeen(ringing: ["slow", "errors"], at: $1) }
            pilot.run()
            #expect(pilot.deployment.status == .rollbackSuccessful)
            #expect(pilot.deployment.triggeredAlarms == ["slow"])
            #expect(pilot.productionPermille == 0)
            #expect(!pilot.isTestOnTarget)
            #expect(pilot.primary == Pilot.source)
            #expect(pilot.tasks[Pilot.source] == 3)
            #expect(pilot.tasks[Pilot.target, default: 0] == 0)
        }
        #expect(turned > 20)
    }

    @Test func aNewerDeploymentEndsItInEveryStateWithoutMovingTraffic() {
        for value in Self.all where value.deployment.status.isActive {
            var pilot = value
            let requested = pilot.deployment.requestedProductionPermille
            pilot.apply { $0.superseded(at: $1) }
            pilot.run()
            #expect(!pilot.isMigrating)
            #expect(!pilot.deployment.status.isActive)
            #expect(pilot.deployment.requestedProductionPermille == requested)
        }
    }

    @Test func everyWaitHasAReasonAndAllButTheFirstADeadline() {
        for pilot in Self.all {
            switch pilot.deployment.status {
            case .pending: #expect(pilot.deployment.wait?.deadline == nil)
            case .inProgress, .stopRequested, .rollbackRequested, .rollbackInProgress:
                #expect(pilot.deployment.wait?.deadline != nil)
                #expect(pilot.deployment.wait?.reason.isEmpty == false)
            case .successful, .stopped, .rollbackSuccessful, .rollbackFailed: #expect(pilot.deployment.wait == nil)
            }
        }
    }

    @Test func everyValueSurvivesStorage() throws {
        for pilot in Self.all {
            let data = try JSONEncoder().encode(pilot.deployment)
            #expect(try JSONDecoder().decode(ServiceDeployment.self, from: data) == pilot.deployment)
        }
    }

    @Test(arguments: [true, false])
    func lateAndRepeatedEventsChangeNothing(failing: Bool) {
        // Numbers are unique within one deployment only.
        let values = Self.values(failing: failing)
        for value in values {
            for older in values {
                for command in older.deployment.outstandingCommands
                where !value.deployment.outstandingCommands.contains(command) && value.deployment.status != .pending {
                    var deployment = value.deployment
                    let step = deployment.commandSucceeded(command.id, at: value.now)
                    #expect(step == .nothing)
                    #expect(deployment == value.deployment)
                }
                for timer in older.deployment.timers where !value.deployment.timers.contains(timer) {
                    var deployment = value.deployment
                    #expect(deployment.timerFired(timer.id, at: value.now + .hours(1000)) == .nothing)
                    #expect(deployment == value.deployment)
                }
            }
        }
    }

    @Test func aRollbackThatCannotMoveTrafficSaysSo() {
        var pilot = Pilot(.blueGreen, hooks: [Pilot.hook([.postProductionTrafficShift])])
        pilot.answers["hook"] = [.failed]
        pilot.refusals["setting production traffic to 0 % target, 100 % source"] = .notYet(reason: "no healthy target")
        pilot.start()
        let began = pilot.now
        pilot.run()
        #expect(pilot.deployment.status == .rollbackFailed)
        #expect(pilot.now - began == .minutes(60))
        #expect(pilot.deployment.statusReason?.contains("no healthy target") == true)
    }

    /// A weight that arrives late must not undo the way back.
    @Test func aCallUnderWayEndsBeforeTheWayBackBegins() throws {
        var pilot = Pilot(.blueGreen)
        pilot.start()
        while !pilot.legs.contains(.productionTrafficShift(step: 0)) {
            if let command = pilot.deployment.outstandingCommands.first {
                pilot.perform(command)
            } else {
                _ = pilot.tick()
            }
            pilot.sight()
        }
        let late = try #require(pilot.deployment.outstandingCommands.first)
        pilot.stop(.rollback)
        #expect(pilot.deployment.status == .rollbackRequested)
        #expect(pilot.deployment.outstandingCommands == [late])
        pilot.perform(late)
        #expect(pilot.deployment.status == .rollbackInProgress)
        pilot.run()
        #expect(pilot.productionPermille == 0)
        #expect(pilot.deployment.status == .rollbackSuccessful)
    }
}
