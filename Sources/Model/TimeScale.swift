/// How many times faster than the wall clock the waits of a deployment run (`--time-scale`). Divided are traffic
/// intervals, ready, termination and bake waits, `callBackDelay`, pause and alarm periods; deadlines on work are divided
/// but never below 30 s; probes, connections, deregistration delay, `stopTimeout` and a function's own time-out never
/// pass through here.
package struct TimeScale: Hashable, Sendable, Codable {
    /// At least 1.
    package let factor: Double

    /// `nil` where the factor is not a finite number of at least 1.
    package init?(_ factor: Double) {
        guard factor.isFinite, factor >= 1 else { return nil }
        self.factor = factor
    }

    private init(exactly factor: Double) { self.factor = factor }

    package static let realTime = TimeScale(exactly: 1)

    /// A wait that nothing but the deployment's own pace asks for.
    package func wait(_ duration: Duration) -> Duration {
        .milliseconds(Int64((Double(duration.milliseconds) / self.factor).rounded(.up)))
    }

    /// A deadline on real work (Install, a hook, a stage): never under 30 s, unless it was shorter to begin with.
    package func deadline(_ duration: Duration) -> Duration {
        min(duration, max(self.wait(duration), .seconds(30)))
    }
}
