internal import DeploymentEngine
internal import Model
internal import Testing

private typealias Script = DeploymentScript

/// Each state that a deployment can rest in, and each event in it.
@Suite struct CodeDeployEveryStateTests {
    enum Situation: CaseIterable {
        case created, inspecting, returningTraffic, deletingStrays, invokingHook, awaitingReport, startingMigration
        case migrating, stoppingMigration, joining, creating
        case stabilising, allowingTestTraffic, waitingForContinue, movingTraffic, restingBetweenSteps, heldStep
        case updatingPrimary, waitingForTermination, deletingBlue, settling, bringingTrafficBack, succeeded, stopped

        var hasEnded: Bool { self == .succeeded || self == .stopped }
    }

    static func reach(
        _ situation: Situation, rollback: Set<CodeDeployDeployment.RollbackEvent> = [],
        alarms: CodeDeployDeployment.Alarms? = nil
    ) throws -> DeploymentScript {
        var script = Script(
            routing: .canary(percentage: 10, interval: .minutes(5)),
            hooks: situation == .invokingHook || situation == .awaitingReport ? [.beforeInstall] : [],
            ready: situation == .waitingForContinue ? .waitForContinue(minutes: 10) : .continueAtOnce,
            rollback: rollback,
            hasTestListener: true, alarms: alarms)
        guard situation != .created else { return script }
        _ = try script.start()
        switch situation {
        case .created, .inspecting:
            break
        case .returningTraffic, .deletingStrays:
            try script.inspect(
                Script.inspection(strays: [Script.green], onPrimary: situation == .deletingStrays))
        case .startingMigration, .migrating, .stoppingMigration:
            try script.inspect(Script.inspection(migration: Script.migration))
            guard situation != .startingMigration else { break }
            try script.succeed()
            if situation == .stoppingMigration {
                _ = script.deployment.stopRequested(rollback: false, at: script.now)
            }
        case .settling:
            try script.succeed()
            _ = script.deployment.stopRequested(rollback: false, at: script.now)
        case .stopped:
            try script.succeed()
            _ = script.deployment.stopRequested(rollback: false, at: script.now)
            try script.succeed()
        case .invokingHook, .joining:
            try script.succeed()
        case .awaitingReport, .creating:
            try script.succeed()
            try script.succeed()
        case .stabilising:
            for _ in 0..<3 { try script.succeed() }
        case .allowingTestTraffic, .waitingForContinue, .movingTraffic, .restingBetweenSteps, .heldStep,
            .updatingPrimary,
            .waitingForTermination, .deletingBlue, .bringingTrafficBack, .succeeded:
            for _ in 0..<3 { try script.succeed() }
            script.see(Script.green, Script.healthy)
            try self.goOn(to: situation, &script)
        }
        return script
    }

    private static func goOn(to situation: Situation, _ script: inout DeploymentScript) throws {
        guard situation != .allowingTestTraffic else { return }
        try script.succeed()
        guard situation != .waitingForContinue, situation != .movingTraffic else { return }
        try script.succeed()
        if situation == .restingBetweenSteps { return }
        if situation == .heldStep {
            script.see(Script.green, Script.dead)
            try script.fireNextTimer()
            return
        }
        if situation == .bringingTrafficBack {
            _ = script.deployment.stopRequested(rollback: true, at: script.now)
            return
        }
        try script.fireNextTimer()
        try script.succeed()
        guard situation != .updatingPrimary else { return }
        try script.succeed()
        guard situation != .waitingForTermination else { return }
        try script.fireNextTimer()
        guard situation != .deletingBlue else { return }
        try script.succeed()
    }

    @Test(arguments: Situation.allCases)
    func everyWaitSaysWhyAndHowLong(_ situation: Situation) throws {
        let script = try Self.reach(situation)
        #expect(script.deployment.status.isActive == !situation.hasEnded)
        #expect((script.deployment.wait == nil) == situation.hasEnded)
        if !situation.hasEnded && situation != .created {
            #expect(script.deployment.wait?.deadline != nil)
            #expect(script.deployment.nextTimer != nil)
        }
        #expect(script.deployment.completeTime.map { _ in true } == (situation.hasEnded ? true : nil))
    }

    @Test(arguments: Situation.allCases)
    func aStopLeavesThingsAsTheyAre(_ situation: Situation) throws {
        var script = try Self.reach(situation)
        let weights = script.deployment.taskSets.map(\.trafficWeight)
        let decision = script.deployment.stopRequested(rollback: false, at: script.now)
        #expect((decision == .alreadyCompleted) == situation.hasEnded)
        guard !situation.hasEnded, situation != .bringingTrafficBack else { return }
        if script.deployment.status.isActive, situation != .migrating, situation != .stoppingMigration {
            _ = try script.fail(.transient(reason: "gone"))
        }
        // Nothing follows while the migration runs.
        if script.deployment.status.isActive { try script.succeed() }
        #expect(script.deployment.status == .stopped)
        #expect(script.deployment.errorInformation?.code == .manualStop)
        #expect(script.deployment.rollbackInformation == .none)
        #expect(script.deployment.taskSets.map(\.trafficWeight) == weights)
        #expect(!script.eventStatuses.contains { $0.hasSuffix("Pending") || $0.hasSuffix("InProgress") })
    }

    @Test(arguments: Situation.allCases, [false, true])
    func aStopWithRollbackBringsTrafficBackWhereThereIsAWay(_ situation: Situation, byGroup: Bool) throws {
        var script = try Self.reach(situation, rollback: byGroup ? [.stopOnRequest] : [])
        guard !situation.hasEnded, situation != .settling, situation != .stoppingMigration else { return }
        var steps: [CodeDeployDeployment.Step] = []
        switch script.deployment.stopRequested(rollback: !byGroup, at: script.now) {
        case .stopped(let step), .stopping(let step): steps.append(step)
        case .alreadyCompleted: Issue.record("completed")
        }
        while script.deployment.status.isActive { steps.append(try script.succeed()) }
        #expect(script.deployment.status == .stopped)
        let successor = steps.map(\.successor).first { $0 != .none }
        switch situation {
        case .created, .inspecting, .deletingBlue:
            // Nothing is known to go back to, or blue was asked to go.
            #expect(successor == nil)
        case .movingTraffic, .restingBetweenSteps, .heldStep, .updatingPrimary, .waitingForTermination,
            .bringingTrafficBack:
            #expect(successor != nil)
            #expect(script.deployment.taskSets.map(\.trafficWeight) == [100, 0])
        case .returningTraffic, .deletingStrays, .invokingHook, .awaitingReport, .startingMigration, .migrating,
            .stoppingMigration, .joining, .creating, .stabilising, .allowingTestTraffic, .waitingForContinue, .settling,
            .succeeded, .stopped:
            #expect(successor != nil)
        }
    }

    @Test(arguments: Situation.allCases)
    func eventsThatDoNotBelongHereChangeNothing(_ situation: Situation) throws {
        var script = try Self.reach(situation)
        let before = script.deployment
        #expect(script.deployment.taskSetSeen(.init("ecs-svc/77"), .vanished, at: script.now) == .nothing)
        #expect(script.deployment.timerFired(.init(number: 9999), at: script.now + .hours(99)) == .nothing)
        #expect(
            script.deployment.hookReported(.init("forged"), .succeeded, at: script.now) == .unknownExecution)
        if situation != .created { #expect(try script.start() == .nothing) }
        for wait in [CodeDeployDeployment.WaitType.readyWait, .terminationWait] {
            let isAwaited = situation == (wait == .readyWait ? .waitingForContinue : .waitingForTermination)
            if !isAwaited {
                #expect(
                    script.deployment.continueRequested(wait, at: script.now)
                        == (situation.hasEnded ? .alreadyCompleted : .notWaiting))
            }
        }
        #expect(script.deployment == before)
    }

    /// Whether a deployment in this state can still be stopped by an alarm.
    private static func watchesAlarms(_ situation: Situation) -> Bool {
        switch situation {
        case .deletingBlue, .settling, .stoppingMigration, .bringingTrafficBack, .succeeded, .stopped: false
        case .created, .inspecting, .returningTraffic, .deletingStrays, .invokingHook, .awaitingReport,
            .startingMigration, .migrating, .joining, .creating, .stabilising, .allowingTestTraffic,
            .waitingForContinue, .movingTraffic, .restingBetweenSteps, .heldStep,
            .updatingPrimary, .waitingForTermination:
            true
        }
    }

    @Test(arguments: Situation.allCases)
    func anAlarmStopsWhateverStillCanBeStopped(_ situation: Situation) throws {
        var script = try Self.reach(situation, alarms: .init(names: ["slow", "broken"]))
        let isWatched = Self.watchesAlarms(situation)
        #expect(script.deployment.watchedAlarms == (isWatched ? ["slow", "broken"] : []))
        let step = script.deployment.alarmsActivated(["slow"], at: script.now)
        #expect(script.deployment.watchedAlarms.isEmpty)
        if isWatched {
            #expect(script.deployment.errorInformation?.code == .alarmActive)
        } else {
            #expect(step == .nothing)
        }
    }

    @Test(arguments: Situation.allCases, [true, false])
    func alarmsThatNobodyCanTellStopItUnlessThatIsIgnored(_ situation: Situation, ignores: Bool) throws {
        var script = try Self.reach(situation, alarms: .init(names: ["slow"], ignoresPollFailures: ignores))
        var denied = script
        let step = script.deployment.alarmsUnavailable("gone", isDenied: false, at: script.now)
        _ = denied.deployment.alarmsUnavailable("no", isDenied: true, at: denied.now)
        if Self.watchesAlarms(situation), !ignores {
            #expect(script.deployment.errorInformation?.code == .internalError)
            #expect(script.deployment.errorInformation?.message.hasSuffix("Amazon CloudWatch: gone") == true)
            #expect(denied.deployment.errorInformation?.code == .iamRolePermissions)
            #expect(denied.deployment.errorInformation?.message.hasSuffix("AmazonCloudWatch.") == true)
        } else {
            #expect(step == .nothing)
        }
    }

    @Test func withoutAlarmsNothingIsWatched() throws {
        var script = try Self.reach(.restingBetweenSteps)
        #expect(script.deployment.watchedAlarms.isEmpty)
        #expect(script.deployment.alarmsUnavailable("gone", isDenied: false, at: script.now) == .nothing)
    }

    @Test(arguments: Situation.allCases)
    func aRefusedCommandEndsTheDeployment(_ situation: Situation) throws {
        var script = try Self.reach(situation)
        // A stop of the migration is repeated until its deadline, whatever is said.
        guard script.action != nil, situation != .stoppingMigration else { return }
        var step = try script.fail(.rejected(reason: "no"))
        // Whether RunTask was refused or its answer is wrong: nothing of it may go on.
        if situation == .startingMigration { step = try script.succeed() }
        #expect(!script.deployment.status.isActive)
        #expect((step.successor != .none) == (situation == .bringingTrafficBack))
    }

    @Test(arguments: Situation.allCases)
    func aCommandThatIsNeverAnsweredEndsInTime(_ situation: Situation) throws {
        var script = try Self.reach(situation)
        guard script.action != nil else { return }
        let start = script.now
        while script.deployment.status.isActive { try script.fireNextTimer() }
        #expect(
            script.now - start
                <= (situation == .startingMigration || situation == .stoppingMigration ? .minutes(16) : .minutes(6)))
    }

    @Test(arguments: Situation.allCases)
    func aVanishedTaskSetIsNoticed(_ situation: Situation) throws {
        for taskSet in [Script.blue, Script.green] {
            var script = try Self.reach(situation, rollback: [.deploymentFailure])
            guard script.deployment.watchedTaskSets.contains(taskSet.id) else { continue }
            script.lose(taskSet)
            switch situation {
            case .deletingBlue, .settling, .stoppingMigration:
                #expect(script.deployment.status == .inProgress)
            case .bringingTrafficBack:
                #expect(script.deployment.status == (taskSet == Script.blue ? .stopped : .inProgress))
            case .waitingForTermination where taskSet == Script.blue:
                #expect(script.deployment.status == .succeeded)
            default:
                #expect(script.deployment.errorInformation?.code == .ecsUpdateError)
            }
        }
    }
}
