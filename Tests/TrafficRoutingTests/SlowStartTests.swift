import Model
import Testing
import TrafficRouting

@Suite struct SlowStartTests {
    private let ramp = Duration.seconds(100)

    private func at(_ seconds: Int) -> Timestamp { Timestamp(milliseconds: Int64(seconds) * 1000) }

    @Test func theFirstTargetsTakeTheirFullShare() {
        var slowStart = SlowStart<String>()
        slowStart.update(healthy: ["a", "b"], duration: self.ramp, at: self.at(0))
        #expect(!slowStart.isRamping)
        #expect(slowStart.share(of: "a", at: self.at(0)) == 1000)
    }

    @Test func aNewTargetsShareGrowsInAStraightLine() {
        var slowStart = SlowStart<String>()
        slowStart.update(healthy: ["a"], duration: self.ramp, at: self.at(0))
        slowStart.update(healthy: ["a", "b"], duration: self.ramp, at: self.at(10))
        #expect(slowStart.isRamping)
        #expect([10, 35, 60, 109].map { slowStart.share(of: "b", at: self.at($0)) } == [1, 250, 500, 990])
        #expect(slowStart.share(of: "a", at: self.at(10)) == 1000)
        slowStart.pass(to: self.at(109))
        #expect(slowStart.isRamping)
        slowStart.pass(to: self.at(110))
        #expect(!slowStart.isRamping)
        #expect(slowStart.share(of: "b", at: self.at(110)) == 1000)
    }

    @Test func aTargetThatComesBackBeginsAnew() {
        var slowStart = SlowStart<String>()
        slowStart.update(healthy: ["a", "b"], duration: self.ramp, at: self.at(0))
        slowStart.update(healthy: ["a"], duration: self.ramp, at: self.at(500))
        slowStart.update(healthy: ["a", "b"], duration: self.ramp, at: self.at(600))
        #expect(slowStart.share(of: "b", at: self.at(650)) == 500)
    }

    @Test func nobodyIsEasedInWhileNoTargetTakesItsFullShare() {
        var slowStart = SlowStart<String>()
        slowStart.update(healthy: ["a"], duration: self.ramp, at: self.at(0))
        slowStart.update(healthy: ["a", "b"], duration: self.ramp, at: self.at(1))
        slowStart.update(healthy: ["b"], duration: self.ramp, at: self.at(2))
        slowStart.update(healthy: ["b", "c"], duration: self.ramp, at: self.at(3))
        #expect(slowStart.share(of: "c", at: self.at(3)) == 1000)
        #expect(slowStart.share(of: "b", at: self.at(51)) == 500)
    }

    @Test func switchingItOnOrOffChangesNobodyWhoIsHealthy() {
        var slowStart = SlowStart<String>()
        slowStart.update(healthy: ["a", "b"], duration: nil, at: self.at(0))
        slowStart.update(healthy: ["a", "b"], duration: self.ramp, at: self.at(1))
        #expect(!slowStart.isRamping)
        slowStart.update(healthy: ["a", "b", "c"], duration: self.ramp, at: self.at(2))
        #expect(slowStart.isRamping)
        slowStart.update(healthy: ["a", "b", "c"], duration: nil, at: self.at(3))
        #expect(!slowStart.isRamping)
        #expect(slowStart.share(of: "c", at: self.at(3)) == 1000)
    }
}

@Suite struct DesyncTests {
    @Test func eachModeDecidesOnEachTier() {
        typealias Mode = LoadBalancerAttributes.DesyncMitigation
        let tiers: [DesyncTier] = [.compliant, .acceptable, .ambiguous]
        func verdicts(_ mode: Mode) -> [Mode.Verdict] { tiers.map(mode.verdict) }
        #expect(verdicts(.monitor) == [.forward, .forward, .forward])
        #expect(verdicts(.defensive) == [.forward, .forward, .forwardAndClose])
        #expect(verdicts(.strictest) == [.forward, .refuse, .refuse])
    }
}
