import Model
import Testing

@testable import DeploymentEngine

/// Readings of one proxy after another, told line by line.
struct LedgerScript {
    typealias Ledger = TrafficLedger

    static let blue = TrafficMeter(group: "blue")
    static let green = TrafficMeter(group: "green")
    static let start = Timestamp(milliseconds: 1_000_000)

    var ledger = Ledger()
    var now = Self.start
    var process: Int32 = 1
    /// Of processes before, as the server has kept them.
    var past: [TrafficReading.Run] = []
    var counts: [TrafficMeter: TrafficCount] = [:]
    var permille = 0
    var servedSince = Self.start
    var draining: Set<TrafficMeter> = []
    var drains: [TargetDrain] = []
    var isOver = false
    var revisions: [Ledger.Revision] = [
        .init(role: .source, id: "ecs-svc/1", groups: ["blue"]),
        .init(role: .target, id: "ecs-svc/2", groups: ["green"]),
    ]

    mutating func carry(_ blue: Int, _ green: Int) {
        self.counts[Self.blue, default: TrafficCount()].requests += blue
        self.counts[Self.green, default: TrafficCount()].requests += green
    }

    mutating func read(after pause: Duration = .seconds(1), hasReported: Bool = true) {
        self.now = self.now + pause
        let run = TrafficReading.Run(process: self.process, counts: self.counts, reportedAt: self.now)
        let reading = TrafficReading(runs: hasReported ? self.past + [run] : [], drains: self.drains)
        let look = Ledger.Look(
            groups: ["blue", "green"], revisions: self.revisions, targetPermille: self.permille,
            servedSince: self.servedSince, draining: self.draining, isOver: self.isOver)
        self.ledger.read(reading, look, startedAt: Self.start, at: self.now)
    }

    /// As a restart of the server would.
    mutating func storeAndLoad() throws {
        self.ledger = try StoredForm.roundTrip(self.ledger)
    }

    mutating func shift(to permille: Int) {
        self.permille = permille
        self.servedSince = self.now
        self.read(after: .milliseconds(10))
    }

    mutating func end() {
        self.isOver = true
        self.read()
        self.read(after: TrafficLedger.settling)
    }

    var requests: [[Int]] {
        self.ledger.periods.map { [$0.counts[Self.blue]?.requests ?? 0, $0.counts[Self.green]?.requests ?? 0] }
    }
}

@Suite struct TrafficLedgerTests {
    @Test func countsBelongToTheWeightsUnderWhichTheyWereCarried() {
        var script = LedgerScript()
        script.carry(500, 7)
        script.read()
        script.carry(90, 0)
        script.shift(to: 100)
        script.carry(900, 100)
        script.read()
        script.carry(450, 50)
        script.shift(to: 1000)
        script.carry(0, 300)
        script.end()
        #expect(script.ledger.periods.map(\.targetPermille) == [0, 100, 1000])
        #expect(script.requests == [[90, 0], [1350, 150], [0, 300]])
        #expect(script.ledger.gaps.isEmpty)
        #expect(script.ledger.periods.allSatisfy { !$0.isShared })
        #expect(script.ledger.closedAt == script.now)
    }

    @Test func aRestartOfTheServerLosesNothing() throws {
        var script = LedgerScript()
        script.carry(1000, 0)
        script.read()
        script.carry(10, 0)
        try script.storeAndLoad()
        script.read(hasReported: false)
        script.carry(20, 0)
        script.read(after: .seconds(60))
        script.end()
        #expect(script.requests == [[30, 0]])
        #expect(script.ledger.gaps.isEmpty)
    }

    @Test func aProxyThatDiesWhileTheServerRunsLeavesAGapAfterItsLastReport() {
        var script = LedgerScript()
        script.read()
        script.carry(100, 0)
        script.read()
        let lastReport = script.now
        script.past = [.init(process: 1, counts: script.counts, reportedAt: lastReport)]
        script.process = 2
        script.counts = [:]
        script.carry(5, 0)
        script.read()
        #expect(script.requests == [[105, 0]])
        #expect(script.ledger.gaps.map(\.since) == [lastReport])
        #expect(script.ledger.gaps.map(\.until) == [script.now])
        script.read()
        #expect(script.ledger.gaps.count == 1)
    }

    @Test func aProxyThatDiesWhileTheServerIsDownLeavesAGapSinceTheStoredReading() throws {
        var script = LedgerScript()
        script.read()
        script.carry(100, 0)
        script.read()
        let stored = script.now
        script.carry(1000, 0)
        try script.storeAndLoad()
        script.process = 2
        script.counts = [:]
        script.carry(5, 0)
        script.read(after: .seconds(40))
        #expect(script.requests == [[105, 0]])
        #expect(script.ledger.gaps.map(\.since) == [stored])
    }

    @Test func aProcessIDThatIsUsedAgainIsToldByItsCounts() {
        var script = LedgerScript()
        script.carry(100, 0)
        script.read()
        script.counts = [:]
        script.carry(5, 0)
        script.read()
        #expect(script.requests == [[5, 0]])
        #expect(script.ledger.gaps.count == 1)
    }

    @Test func weightsThatMovedUnreadSayThatTheyShareTheirCounts() throws {
        var script = LedgerScript()
        script.read()
        script.carry(90, 10)
        try script.storeAndLoad()
        script.permille = 500
        script.servedSince = script.now
        script.read(after: .seconds(10))
        #expect(script.ledger.periods.map(\.isShared) == [false, true])
        #expect(script.requests == [[0, 0], [90, 10]])
    }

    @Test func whoBeginsLateSaysSinceWhen() {
        var script = LedgerScript()
        script.read(after: .seconds(10))
        #expect(script.ledger.gaps.map(\.since) == [LedgerScript.start])
        #expect(script.ledger.countedFrom == script.now)
    }

    @Test func itStaysOpenUntilEverythingHasDrained() {
        var script = LedgerScript()
        script.read()
        script.draining = [.init(group: "blue", target: "10.0.0.1:80")]
        script.end()
        #expect(script.ledger.closedAt == nil)
        script.carry(7, 7)
        script.draining = [.init(group: "green", target: "10.0.0.9:80")]
        script.drains = [
            .init(
                meter: .init(group: "blue", target: "10.0.0.1:80"), connections: 3, requests: 1, cutRequests: 0,
                at: script.now + .seconds(60))
        ]
        script.read(after: .seconds(100))
        #expect(script.requests == [[0, 0]], "what came after the end is not the deployment's")
        #expect(script.ledger.closedAt != nil)
        #expect(script.ledger.drains.count == 1)
        #expect(script.ledger.gaps.isEmpty)
        #expect(script.ledger.nextReading(after: script.now) == nil)
    }

    @Test func aDrainThatNobodyToldOfIsMissing() {
        var script = LedgerScript()
        script.read()
        script.draining = [.init(group: "blue", target: "10.0.0.1:80")]
        script.read()
        script.draining = []
        script.end()
        #expect(script.ledger.gaps.count == 1)
        #expect(script.ledger.closedAt != nil)
    }

    @Test func withoutAnyReportItSaysThatItKnowsNothing() {
        var script = LedgerScript()
        script.isOver = true
        script.read(hasReported: false)
        script.read(after: TrafficLedger.settling, hasReported: false)
        #expect(script.ledger.closedAt != nil)
        #expect(script.ledger.countedFrom == nil)
        #expect(script.ledger.gaps.count == 1)
    }

    @Test func aClosedOneCountsNoMore() {
        var script = LedgerScript()
        script.read()
        script.end()
        let closed = script.ledger
        script.carry(1, 1)
        script.read()
        #expect(script.ledger == closed)
    }
}
