import Model
import Testing

@testable import DeploymentEngine

@Suite struct DeploymentReceiptTests {
    static func subject(isActive: Bool = false, status: String = "SUCCESSFUL") -> DeploymentReceipt.Subject {
        .init(
            id: "d1", arn: nil, engine: .ecs, strategy: "CANARY", cluster: "main", service: "web", status: status,
            statusReason: nil, isActive: isActive, createdAt: LedgerScript.start, startedAt: LedgerScript.start,
            endedAt: isActive ? nil : LedgerScript.start + .seconds(100))
    }

    static func receipt(_ script: LedgerScript, isActive: Bool = false) -> DeploymentReceipt {
        DeploymentReceipt(Self.subject(isActive: isActive), DeploymentJournal(), script.ledger, at: script.now)
    }

    @Test func achievedWeightsComeFromTheCounts() {
        var script = LedgerScript()
        script.read()
        script.shift(to: 100)
        script.carry(892, 108)
        script.read()
        script.shift(to: 1000)
        script.carry(0, 50)
        script.end()
        let receipt = Self.receipt(script)
        #expect(receipt.weights.map(\.requested) == [0, 10, 100])
        #expect(receipt.weights.map(\.achieved) == [nil, 10.8, 100])
        #expect(receipt.revisions.map(\.count.requests) == [892, 158])
        #expect(receipt.total.received == 1050)
        #expect(receipt.state == .final)
        #expect(receipt.isClean && receipt.isComplete)
        #expect(
            receipt.summary
                == "carried 1050 requests (892 by ecs-svc/1, 158 by ecs-svc/2), 0 failed, 0 connections drained, 0 requests cut."
        )
        #expect(receipt.lines.last == "Not one request was lost.")
    }

    @Test func failuresStandByTheirOrigin() {
        var script = LedgerScript()
        script.read()
        var count = TrafficCount(requests: 100)
        count.targetErrors = 4
        count.badGateway = 3
        count.serviceUnavailable = 2
        count.gatewayTimeout = 1
        count.cutResponses = 5
        count.clientAborts = 7
        script.counts[LedgerScript.green] = count
        script.end()
        let receipt = Self.receipt(script)
        #expect(receipt.total.failures == 15)
        #expect(receipt.total.received == 102)
        #expect(!receipt.isClean)
        #expect(receipt.document["requests"]?["failures"]?["loadBalancer503"] == .integer(2))
        #expect(!receipt.lines.contains("Not one request was lost."))
    }

    @Test func revisionsThatShareAGroupAreToldApartByTheirTargets() {
        var script = LedgerScript()
        let old = TrafficMeter(group: "blue", target: "127.0.0.1:1")
        let new = TrafficMeter(group: "blue", target: "127.0.0.1:2")
        script.revisions = [
            .init(role: .source, id: "ecs-svc/1", groups: ["blue"], targets: [old]),
            .init(role: .target, id: "ecs-svc/2", groups: ["blue"], targets: [new]),
        ]
        script.read()
        script.counts = [
            LedgerScript.blue: TrafficCount(requests: 10), old: TrafficCount(requests: 6),
            new: TrafficCount(requests: 3),
        ]
        script.end()
        let receipt = Self.receipt(script)
        #expect(receipt.revisions.map(\.count.requests) == [6, 3])
        #expect(receipt.total.received == 10)
        #expect(receipt.unattributed == 1)
        #expect(receipt.weights.allSatisfy { $0.achieved == nil })
    }

    @Test func aRunningDeploymentIsFlagged() {
        var script = LedgerScript()
        script.read()
        script.carry(1, 0)
        script.read()
        let receipt = Self.receipt(script, isActive: true)
        #expect(receipt.state == .running)
        #expect(receipt.lines.contains { $0.contains("still running") })
        #expect(receipt.total.received == 1)
    }

    @Test func endedAndNotYetCountedIsClosing() {
        var script = LedgerScript()
        script.read()
        #expect(Self.receipt(script).state == .closing)
    }

    @Test func withoutALedgerItSaysThatTrafficWasNotCounted() {
        let receipt = DeploymentReceipt(Self.subject(), DeploymentJournal(), nil, at: LedgerScript.start)
        #expect(receipt.state == .final)
        #expect(!receipt.isComplete)
        #expect(receipt.summary.hasSuffix("incomplete since 1970-01-01T00:16:40.000Z: traffic was not counted."))
    }

    @Test func theJournalOfACanaryTellsWhatEachStepWaitedFor() throws {
        typealias Pilot = ServiceDeploymentPilot
        var pilot = Pilot(
            .canary(permille: 100, bake: .minutes(10)), hooks: [Pilot.pause(.postScaleUp)], bakeTime: .minutes(5))
        pilot.start()
        pilot.run { $0.waitingPause != nil }
        let run = try #require(pilot.deployment.waitingPause)
        pilot.now = pilot.now + .minutes(2)
        guard case .accepted = pilot.deployment.pauseContinued(run, .proceed, at: pilot.now) else {
            Issue.record("the pause cannot be continued")
            return
        }
        pilot.run()
        let receipt = DeploymentReceipt(Self.subject(), pilot.deployment.journal, nil, at: pilot.now)
        let waits = Dictionary(
            receipt.steps.map { step in
                (step.name, step.waits.filter { $0.duration > .zero }.map { "\($0.subject) \($0.duration.inSeconds)" })
            }, uniquingKeysWith: +)
        #expect(waits["POST_SCALE_UP"] == ["an action on the pause 120.0"])
        #expect(waits["PRODUCTION_TRAFFIC_SHIFT 1/2"] == ["the bake time of the step 600.0"])
        #expect(waits["BAKE_TIME"] == ["bake time 300.0"])
        #expect(receipt.steps.allSatisfy { $0.endedAt != nil })
        #expect(pilot.deployment.journal.entries.map(\.targetPermille).max() == 1000)
    }

    @Test func theJournalOfALinearCodeDeployDeploymentHasItsIntervals() throws {
        var script = DeploymentScript(
            routing: .linear(percentage: 50, interval: .minutes(1)), termination: .keepAlive)
        try script.install()
        try script.succeed()
        try script.fireNextTimer()
        try script.succeed()
        try script.succeed()
        #expect(script.deployment.status == .succeeded)
        let entries = script.deployment.journal.entries
        let interval = try #require(entries.first { $0.wait == "the interval before the next step" })
        #expect(interval.step == "AllowTraffic")
        #expect(interval.targetPermille == 500)
        #expect(interval.endedAt.map { $0 - interval.startedAt } == .minutes(1))
        #expect(entries.allSatisfy { $0.endedAt != nil })
    }

    @Test func theJournalOfARollbackSaysSo() {
        typealias Pilot = ServiceDeploymentPilot
        var pilot = Pilot(.blueGreen, bakeTime: .minutes(5))
        pilot.start()
        pilot.run { $0.legs.last?.leg == .bakeTime }
        pilot.stop(.rollback)
        pilot.run()
        let steps = pilot.deployment.journal.entries.map(\.step)
        #expect(steps.contains("ROLLBACK PRODUCTION_TRAFFIC_SHIFT"))
        #expect(pilot.deployment.journal.entries.last?.targetPermille == 0)
    }
}
