internal import ProxyFeed
internal import TrafficRouting

/// Which draining targets have been reported. A target has drained when it has in every worker.
struct DrainLedger: Sendable {
    private var reported: Set<TargetKey> = []

    /// Everything is told again.
    mutating func forgetReported() { self.reported = [] }

    /// The targets that have drained since the last call.
    ///
    /// - Parameter reports: of all workers.
    mutating func ended(in reports: [WorkerReport]) -> [DrainReport] {
        var sums: [TargetKey: (workers: Int, tally: DrainTally)] = [:]
        var known: Set<TargetKey> = []
        for entry in reports.lazy.flatMap(\.draining) {
            known.insert(entry.key)
            guard entry.isDrained else { continue }
            let sum = sums[entry.key] ?? (0, DrainTally())
            sums[entry.key] = (sum.workers + 1, sum.tally + entry.tally)
        }
        // A target that left, or is registered again, can drain again.
        self.reported.formIntersection(known)
        return sums.filter { $0.value.workers == reports.count && self.reported.insert($0.key).inserted }.map {
            DrainReport(group: $0.key.group, target: $0.key.target, tally: $0.value.tally)
        }
    }
}
