import DeploymentEngine
import Model
import Testing

@Suite struct HealthMonitorTests {
    private let start = Timestamp(milliseconds: 1_000_000)

    @Test func failuresInTheStartPeriodCountForNothing() {
        var monitor = HealthMonitor(
            plan: HealthCheckPlan(interval: .seconds(10), retries: 1, startPeriod: .seconds(30)), startedAt: self.start)
        monitor.probeFinished(passed: false, at: self.start + .seconds(29))
        #expect(monitor.status == .unknown)
        monitor.probeFinished(passed: false, at: self.start + .seconds(30))
        #expect(monitor.status == .unhealthy)
    }

    @Test func aSuccessEndsTheStartPeriod() {
        var monitor = HealthMonitor(
            plan: HealthCheckPlan(interval: .seconds(5), retries: 1, startPeriod: .seconds(300)), startedAt: self.start)
        monitor.probeFinished(passed: true, at: self.start + .seconds(5))
        monitor.probeFinished(passed: false, at: self.start + .seconds(10))
        #expect(monitor.status == .unhealthy)
    }

    @Test func onlyFailuresInARowCount() {
        var monitor = HealthMonitor(plan: HealthCheckPlan(retries: 2), startedAt: self.start)
        for passed in [false, true, false] { monitor.probeFinished(passed: passed, at: self.start + .seconds(60)) }
        #expect(monitor.status == .healthy)
        monitor.probeFinished(passed: false, at: self.start + .seconds(90))
        #expect(monitor.status == .unhealthy)
        monitor.probeFinished(passed: true, at: self.start + .seconds(120))
        #expect(monitor.status == .healthy)
    }

    @Test func theNextProbeIsAnIntervalAfterTheLast() {
        var monitor = HealthMonitor(plan: HealthCheckPlan(interval: .seconds(7)), startedAt: self.start)
        #expect(monitor.nextProbeAt == self.start + .seconds(7))
        monitor.probeFinished(passed: true, at: self.start + .seconds(9))
        #expect(monitor.nextProbeAt == self.start + .seconds(16))
    }
}
