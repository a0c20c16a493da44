package import Model

/// What a deployment did, and what it waited for meanwhile: one entry after the other, each from the moment at which the
/// deployment came to it until it went on. What needed no time has no entry.
package struct DeploymentJournal: Hashable, Sendable, Codable {
    package struct Entry: Hashable, Sendable, Codable {
        /// A lifecycle stage or a lifecycle event, in AWS's words where AWS has them.
        package let step: String
        /// As a noun: "bake time", "the function check".
        package let wait: String
        /// The target's share of production traffic that was served meanwhile, in tenths of a percent.
        package let targetPermille: Int
        package let startedAt: Timestamp
        /// `nil` while it lasts.
        package internal(set) var endedAt: Timestamp?
    }

    /// Where a deployment stands after an event.
    struct Standing: Equatable {
        let step: String
        let wait: String
    }

    package private(set) var entries: [Entry] = []

    package init() {}

    /// Since when the load balancer serves the weights of now.
    /// - Parameter targetPermille: of now.
    package func servedSince(_ targetPermille: Int, startedAt: Timestamp) -> Timestamp {
        guard let last = self.entries.last else { return startedAt }
        // Weights that moved with the last event of all have no entry any more.
        guard last.targetPermille == targetPermille else { return last.endedAt ?? last.startedAt }
        let others = self.entries.lastIndex { $0.targetPermille != targetPermille }
        return others.map { self.entries[$0 + 1].startedAt } ?? startedAt
    }

    /// Closes the last entry where the deployment stands elsewhere now, and opens the next one.
    /// - Parameter standing: `nil` once the deployment has ended.
    mutating func note(_ standing: Standing?, targetPermille: Int, at now: Timestamp) {
        if let last = self.entries.last, last.endedAt == nil {
            let isSame =
                standing == Standing(step: last.step, wait: last.wait) && last.targetPermille == targetPermille
            if isSame { return }
            self.entries[self.entries.count - 1].endedAt = now
        }
        guard let standing else { return }
        self.entries.append(
            Entry(step: standing.step, wait: standing.wait, targetPermille: targetPermille, startedAt: now))
    }
}
