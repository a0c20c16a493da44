import Model
import ProxyFeed
import Testing
import TrafficRouting

@testable import DataPlane

@Suite struct GroupRouteTests {
    private let id = TargetGroupID("a")

    private func routes(_ count: Int) -> [TargetRoute] {
        (1...count).map { number in
            TargetRoute(
                key: TargetKey(group: self.id, target: TargetID(id: "\(number)", port: 80), address: "127.0.0.1"),
                address: SocketAddress(IPAddress(ipv4: 0x7F00_0001), port: 80))
        }
    }

    @Test func aTargetInSlowStartGetsAGrowingShare() {
        let targets = self.routes(2)
        let settings = TargetGroup(
            id: self.id, attributes: TargetGroupAttributes(slowStart: .seconds(100)), targets: [])
        let group = GroupRoute(id: self.id, worker: 0)
        let start = Timestamp(milliseconds: 0)
        let healthy = TargetVerdict(health: .healthy)
        group.update(settings, targets, [targets[0].key: healthy], at: start)
        group.update(settings, targets, [targets[0].key: healthy, targets[1].key: healthy], at: start)
        func shareOfNew(at seconds: Int) -> Int {
            group.easeIn(at: start + .seconds(seconds))
            return (0..<600).count { _ in group.choose() === targets[1] }
        }
        // Of 600: a half, and a fifth against a whole.
        #expect((195...205).contains(shareOfNew(at: 50)))
        #expect((95...105).contains(shareOfNew(at: 20)))
        #expect(shareOfNew(at: 100) == 300)
    }
}

@Suite struct DrainLedgerTests {
    private let key = TargetKey(group: TargetGroupID("a"), target: TargetID(id: "1", port: 80), address: "127.0.0.1")

    private func report(_ isDrained: Bool?, _ tally: DrainTally = DrainTally(connections: 1)) -> WorkerReport {
        var report = WorkerReport()
        if let isDrained { report.draining = [.init(key: self.key, isDrained: isDrained, tally: tally)] }
        return report
    }

    @Test func aTargetHasDrainedWhenItHasInEveryWorkerAndIsToldOnce() {
        var ledger = DrainLedger()
        // The second worker does not know yet that the target drains.
        #expect(ledger.ended(in: [self.report(true), self.report(nil)]).isEmpty)
        #expect(ledger.ended(in: [self.report(true), self.report(false)]).isEmpty)
        let news = ledger.ended(in: [self.report(true), self.report(true, DrainTally(cutRequests: 2))])
        #expect(
            news == [
                DrainReport(
                    group: self.key.group, target: self.key.target, tally: DrainTally(connections: 1, cutRequests: 2))
            ])
        #expect(ledger.ended(in: [self.report(true), self.report(true)]).isEmpty)
    }

    @Test func aTargetThatWasRegisteredAgainIsToldAgain() {
        var ledger = DrainLedger()
        #expect(ledger.ended(in: [self.report(true)]).count == 1)
        #expect(ledger.ended(in: [self.report(nil)]).isEmpty)
        #expect(ledger.ended(in: [self.report(true)]).count == 1)
    }
}
