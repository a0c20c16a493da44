package import Model

/// All counters at one moment. They belong to proxy processes: each counts from nothing when it starts.
package struct TrafficReading: Equatable, Sendable {
    package struct Run: Equatable, Sendable {
        /// The process id, told apart from earlier ones by its counts alone.
        package let process: Int32
        package let counts: [TrafficMeter: TrafficCount]
        /// When the counts came in.
        package let reportedAt: Timestamp

        package init(process: Int32, counts: [TrafficMeter: TrafficCount], reportedAt: Timestamp) {
            self.process = process
            self.counts = counts
            self.reportedAt = reportedAt
        }
    }

    /// Oldest first. Empty until a proxy has reported.
    package let runs: [Run]
    /// Of every target that has drained lately.
    package let drains: [TargetDrain]

    package init(runs: [Run], drains: [TargetDrain] = []) {
        self.runs = runs
        self.drains = drains
    }
}
