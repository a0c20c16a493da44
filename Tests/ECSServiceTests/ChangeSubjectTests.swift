import DeploymentEngine
import ECSAPI
import Model
import Store
import Testing

@testable import ECSService

/// Whom a change wakes.
@Suite struct ChangeSubjectTests {
    private let key = ServiceKey(region: "us-east-1", cluster: "default", name: "web")

    @Test func aDeploymentWakesTheDriversOfItsOwnServiceOnly() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.definition()
            for name in ["web", "other"] { try await fixture.service(name, desiredCount: 1) }
            let changed = fixture.store.changes.collectSubjects()
            let deployment = try #require(
                try await fixture.store.read { try $0.activeServiceDeployments(of: self.key).first })
            var machine = deployment.machine
            _ = machine.stopRequested(.abort, at: StandingClock().now())
            try await fixture.store.write { [machine] in try $0.save(machine) }
            #expect(changed.take() == [.serviceDeployments(of: self.key)])
            #expect(changed.take() == [])
        }
    }

    @Test func aWatcherOfASubjectHearsNothingOfOthers() async throws {
        let feed = ChangeFeed()
        var heard = feed.watch([], [.service(self.key)]).makeAsyncIterator()
        // Once at once, for what happened before.
        #expect(await heard.next() != nil)
        let other = ServiceKey(region: "us-east-1", cluster: "default", name: "other")
        let all = feed.collectSubjects()
        feed.announce([.tasks], [.service(other)])
        #expect(all.take() == [.service(other)])
        feed.announce([], [.service(self.key)])
        #expect(await heard.next() != nil)
    }

    @Suite struct DeadlineTests {
        @Test func theEarliestIsAtHandHoweverOftenTheyMove() {
            var deadlines = Deadlines<Int>()
            let start = Timestamp(milliseconds: 0)
            for round in 1...50 {
                for key in 0..<20 { deadlines[key] = start + .seconds(round * 100 + key) }
            }
            #expect(deadlines.next == start + .seconds(5000))
            deadlines[0] = nil
            #expect(deadlines.next == start + .seconds(5001))
            #expect(deadlines.takeDue(at: start + .seconds(5003)) == [1, 2, 3])
            #expect(deadlines[2] == nil)
            deadlines[19] = start
            #expect(deadlines.takeDue(at: start) == [19])
            #expect(deadlines.next == start + .seconds(5004))
        }
    }
}
