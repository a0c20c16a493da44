import Model
import Testing
import TrafficRouting

@Suite struct TargetHealthMachineTests {
    private let check = HealthCheck(healthyThreshold: 3, unhealthyThreshold: 2)

    private func unhealthy() -> TargetHealthMachine {
        TargetHealthMachine(remembering: .unhealthy(.timeout))
    }

    @Test func theFirstProbeMovesToChecking() {
        var machine = TargetHealthMachine()
        #expect(machine.health == .registering)
        #expect(machine.probeStarted() == .report(.checking))
        #expect(machine.probeStarted() == .none)
    }

    @Test func oneSuccessMakesANewTargetHealthy() {
        var machine = TargetHealthMachine()
        _ = machine.probeStarted()
        #expect(machine.probeFailed(.timeout, self.check) == .none)
        #expect(machine.probeSucceeded(self.check) == .report(.healthy))
        #expect(machine.probeSucceeded(self.check) == .none)
        #expect(machine.probeStarted() == .none)
    }

    @Test func failuresInARowMakeANewTargetUnhealthy() {
        var machine = TargetHealthMachine()
        #expect(machine.probeFailed(.timeout, self.check) == .none)
        #expect(machine.probeFailed(.codeMismatch(503), self.check) == .report(.unhealthy(.codeMismatch(503))))
    }

    @Test func aSuccessBetweenForgivesAFailure() {
        var machine = TargetHealthMachine(remembering: .healthy)
        #expect(machine.probeFailed(.timeout, self.check) == .none)
        #expect(machine.probeSucceeded(self.check) == .none)
        #expect(machine.probeFailed(.timeout, self.check) == .none)
        #expect(machine.probeFailed(.timeout, self.check) == .report(.unhealthy(.timeout)))
    }

    @Test func comingBackTakesTheHealthyThreshold() {
        var machine = self.unhealthy()
        #expect(machine.probeStarted() == .none)
        #expect(machine.probeSucceeded(self.check) == .none)
        #expect(machine.probeSucceeded(self.check) == .none)
        #expect(machine.probeFailed(.connectionFailed, self.check) == .report(.unhealthy(.connectionFailed)))
        #expect(machine.probeSucceeded(self.check) == .none)
        #expect(machine.probeSucceeded(self.check) == .none)
        #expect(machine.probeSucceeded(self.check) == .report(.healthy))
    }
}

@Suite struct TargetEligibilityTests {
    private let draining = Target.State.draining(until: .epoch)

    private func eligible(
        _ targets: [(state: Target.State, health: TargetHealth)], _ attributes: TargetGroupAttributes = .init()
    ) -> TargetEligibility { TargetEligibility(targets, attributes) }

    @Test func onlyHealthyTargetsTakeRequests() {
        let result = self.eligible([
            (.registered, .healthy), (.registered, .unhealthy(.timeout)), (.registered, .checking),
        ])
        #expect(result.eligible == [0])
        #expect(!result.failsOpen)
    }

    @Test func failsOpenWhereNoneIsHealthyButNeverToDrainingOnes() {
        let result = self.eligible([
            (.registered, .unhealthy(.timeout)), (self.draining, .healthy), (.registered, .registering),
        ])
        #expect(result.eligible == [0, 2])
        #expect(result.failsOpen)
    }

    @Test func hasNobodyWhereAllAreDraining() { #expect(self.eligible([(self.draining, .draining)]).eligible.isEmpty) }

    @Test func failsOpenBelowEitherMinimum() {
        let targets: [(state: Target.State, health: TargetHealth)] = [
            (.registered, .healthy), (.registered, .unhealthy(.timeout)), (.registered, .unhealthy(.timeout)),
        ]
        #expect(self.eligible(targets, .init(minimumHealthyCount: 2)).eligible.count == 3)
        #expect(self.eligible(targets, .init(minimumHealthyPercentage: 50)).eligible.count == 3)
        #expect(self.eligible(targets, .init(minimumHealthyPercentage: 33)).eligible == [0])
    }
}

@Suite struct HTTPCodeMatcherTests {
    @Test func readsCodesListsAndRanges() throws {
        let matcher = try #require(HTTPCodeMatcher("200,202,300-310"))
        #expect(matcher.matches(202) && matcher.matches(305) && !matcher.matches(201))
    }

    @Test(arguments: ["", "20", "200-", "299-200", "199", "500", "200,", "2xx", "+20"])
    func refusesOtherTexts(text: String) { #expect(HTTPCodeMatcher(text) == nil) }
}
