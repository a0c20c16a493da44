package import Model

extension DeploymentReceipt {
    /// - Parameter ledger: `nil` where traffic was never counted.
    package init(_ subject: Subject, _ journal: DeploymentJournal, _ ledger: TrafficLedger?, at now: Timestamp) {
        let counts = (ledger?.periods ?? []).reduce(into: [TrafficMeter: TrafficCount]()) { sum, period in
            sum.merge(period.counts) { $0 + $1 }
        }
        let sides = ledger?.revisions ?? []
        self.state = subject.isActive ? .running : ledger.map { $0.closedAt == nil } ?? false ? .closing : .final
        self.subject = subject
        self.total = Self.sum(counts) { $0.target == nil }
        self.revisions = sides.map { side in
            Revision(
                role: side.role, id: side.id, targetGroups: side.groups.sorted(),
                count: Self.count(of: side, among: sides, counts))
        }
        self.unattributed = max(0, self.total.received - self.revisions.reduce(0) { $0 + $1.count.received })
        self.drained = (ledger?.drains ?? []).reduce(into: Drained()) { sum, drain in
            sum.targets += 1
            sum.connections += drain.connections
            sum.requests += drain.requests
            sum.cutRequests += drain.cutRequests
        }
        self.weights = Self.weights(ledger, sides)
        self.steps = Self.steps(journal, subject, at: now)
        self.gaps =
            ledger?.gaps ?? [
                .init(
                    since: subject.startedAt ?? subject.createdAt, until: subject.endedAt ?? now,
                    reason: "traffic was not counted")
            ]
        self.countedFrom = ledger?.countedFrom
        self.countedUntil = ledger?.countedUntil
    }

    private static func sum(
        _ counts: [TrafficMeter: TrafficCount], _ isWanted: (TrafficMeter) -> Bool
    ) -> TrafficCount {
        counts.reduce(TrafficCount()) { isWanted($1.key) ? $0 + $1.value : $0 }
    }

    /// By target group; where both sides share one, by target.
    private static func count(
        of side: TrafficLedger.Revision, among sides: [TrafficLedger.Revision], _ counts: [TrafficMeter: TrafficCount]
    ) -> TrafficCount {
        if Self.sharesGroups(side, sides) { return Self.sum(counts) { side.targets.contains($0) } }
        return Self.sum(counts) { $0.target == nil && side.groups.contains($0.group) }
    }

    private static func sharesGroups(_ side: TrafficLedger.Revision, _ sides: [TrafficLedger.Revision]) -> Bool {
        sides.contains { $0.role != side.role && !$0.groups.isDisjoint(with: side.groups) }
    }

    private static func weights(_ ledger: TrafficLedger?, _ sides: [TrafficLedger.Revision]) -> [Weight] {
        guard let ledger else { return [] }
        let isWeighted = !sides.contains { Self.sharesGroups($0, sides) }
        return ledger.periods.map { period in
            func requests(_ role: TrafficLedger.Revision.Role) -> Int {
                sides.filter { $0.role == role }.reduce(0) {
                    $0 + Self.count(of: $1, among: sides, period.counts).received
                }
            }
            let (source, target) = (requests(.source), requests(.target))
            let total = source + target
            return Weight(
                requested: Double(period.targetPermille) / 10, startedAt: period.startedAt, endedAt: period.endedAt,
                source: source, target: target,
                achieved: isWeighted && total > 0 ? Double(target) / Double(total) * 100 : nil,
                isShared: period.isShared)
        }
    }

    private static func steps(_ journal: DeploymentJournal, _ subject: Subject, at now: Timestamp) -> [Step] {
        var steps: [Step] = []
        // The moment until a driver takes it up is no wait for another deployment.
        if let startedAt = subject.startedAt, startedAt - subject.createdAt >= .seconds(1) {
            steps.append(
                Step(
                    name: "PENDING", startedAt: subject.createdAt, endedAt: startedAt,
                    waits: [.init(subject: "the deployment before it", duration: startedAt - subject.createdAt)]))
        }
        for entry in journal.entries {
            let wait = Step.Wait(subject: entry.wait, duration: (entry.endedAt ?? now) - entry.startedAt)
            guard let last = steps.last, last.name == entry.step else {
                steps.append(
                    Step(name: entry.step, startedAt: entry.startedAt, endedAt: entry.endedAt, waits: [wait]))
                continue
            }
            var step = last
            step.endedAt = entry.endedAt
            if let index = step.waits.firstIndex(where: { $0.subject == wait.subject }) {
                step.waits[index] = .init(
                    subject: wait.subject, duration: step.waits[index].duration + wait.duration)
            } else {
                step.waits.append(wait)
            }
            steps[steps.count - 1] = step
        }
        return steps
    }
}
