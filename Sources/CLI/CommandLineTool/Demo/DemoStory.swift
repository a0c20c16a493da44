internal import Model

/// Follows the demo's deployments: draws frames.
struct DemoStory {
    private let counters: LoadCounters
    private var display: DemoDisplay
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private var previous = LoadCounters.Totals()
    private var previousLook: ContinuousClock.Instant

    init(counters: LoadCounters, display: DemoDisplay) {
        self.counters = counters
        self.display = display
        self.start = self.clock.now
        self.previousLook = self.start
    }

    mutating func note(_ text: String) { self.display.note(text) }

    /// Shows the deployment until it is over.
    /// - Returns: the last look at it.
    mutating func follow(_ deployment: String, _ watch: DeploymentWatch) async throws -> DeploymentWatch.View {
        while true {
            let view = try await watch.look(at: deployment)
            self.show(view)
            if view.isOver { return view }
            try await self.clock.sleep(for: .milliseconds(250))
        }
    }

    private mutating func show(_ view: DeploymentWatch.View) {
        let totals = self.counters.look()
        let now = self.clock.now
        let seconds = max(0.001, (now - self.previousLook).inSeconds)
        var answered: [String: Int] = [:]
        for (version, count) in totals.answered { answered[version] = count - (self.previous.answered[version] ?? 0) }
        let sum = answered.values.reduce(0, +)
        let latencies = totals.latencies.sorted()
        self.display.show(
            DemoDisplay.Frame(
                elapsed: now - self.start, view: view,
                answered: sum == 0 ? [:] : answered.mapValues { Double($0) / Double(sum) * 100 },
                requestsPerSecond: Int((Double(sum) / seconds).rounded()), median: Self.quantile(0.5, of: latencies),
                p99: Self.quantile(0.99, of: latencies), failed: totals.failed))
        self.previous = totals
        self.previousLook = now
    }

    private static func quantile(_ share: Double, of sorted: [Double]) -> Double {
        sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }
}
