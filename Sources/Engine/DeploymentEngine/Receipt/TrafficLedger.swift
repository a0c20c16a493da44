package import Model

/// The traffic of one deployment, kept while it runs: what was carried at each weight, and what is not known. It is stored after
/// every reading, so that a restart of the server loses nothing: the proxy goes on counting, and the next reading is compared
/// with the stored one. Where a proxy ended, what it had not reported is gone, and the ledger says so.
package struct TrafficLedger: Equatable, Sendable, Codable {
    /// While one pair of weights was served.
    package struct Period: Equatable, Sendable, Codable {
        package let targetPermille: Int
        package let startedAt: Timestamp
        package internal(set) var endedAt: Timestamp?
        package internal(set) var counts: [TrafficMeter: TrafficCount] = [:]
        /// Some of the counts may belong to the period before: nobody read them in between.
        package internal(set) var isShared = false
    }

    /// A time of which something is not known.
    package struct Gap: Hashable, Sendable, Codable {
        package let since: Timestamp
        package let until: Timestamp
        package let reason: String
    }

    /// A side of the deployment.
    package struct Revision: Equatable, Sendable, Codable {
        package enum Role: String, Sendable, Codable {
            case source
            case target
        }

        package let role: Role
        /// Of a service revision or task set.
        package let id: String
        package internal(set) var groups: Set<String>
        /// Everything that was ever registered for it.
        package internal(set) var targets: Set<TrafficMeter>

        package init(role: Role, id: String, groups: Set<String>, targets: Set<TrafficMeter> = []) {
            self.role = role
            self.id = id
            self.groups = groups
            self.targets = targets
        }
    }

    /// What is seen of the deployment when the counters are read.
    package struct Look: Sendable {
        package var groups: Set<String>
        package var revisions: [Revision]
        package var targetPermille: Int
        /// Since when the load balancer serves that.
        package var servedSince: Timestamp
        /// Targets on their way out.
        package var draining: Set<TrafficMeter>
        package var isOver: Bool

        package init(
            groups: Set<String>, revisions: [Revision], targetPermille: Int, servedSince: Timestamp,
            draining: Set<TrafficMeter>, isOver: Bool
        ) {
            self.groups = groups
            self.revisions = revisions
            self.targetPermille = targetPermille
            self.servedSince = servedSince
            self.draining = draining
            self.isOver = isOver
        }
    }

    /// Counters come once a second from every worker of the proxy, by way of a process that reports once a second.
    package static let settling = Duration.seconds(3)
    /// So old may the stored counts get. The proxy would have to die with the server for them to be missed.
    private static let keeping = Duration.seconds(5)
    /// From the last worker's change of weights to the event of the deployment that tells of it.
    private static let boundary = Duration.milliseconds(250)

    package private(set) var periods: [Period] = []
    package private(set) var gaps: [Gap] = []
    package private(set) var revisions: [Revision] = []
    package private(set) var drains: [TargetDrain] = []
    /// From when and until when counts are in `periods`.
    package private(set) var countedFrom: Timestamp?
    package private(set) var countedUntil: Timestamp?
    /// Nothing is added any more.
    package private(set) var closedAt: Timestamp?
    private var known: [Int32: [TrafficMeter: TrafficCount]] = [:]
    private var watched: Set<String> = []
    /// Targets that left during the deployment.
    private var draining: Set<TrafficMeter> = []
    /// When the deployment was first seen to be over.
    private var overSince: Timestamp?

    package init() {}

    /// - Parameter startedAt: of the deployment.
    package mutating func read(_ reading: TrafficReading, _ look: Look, startedAt: Timestamp, at now: Timestamp) {
        guard self.closedAt == nil else { return }
        self.follow(look.revisions)
        if !self.isCounted {
            if reading.runs.isEmpty {
                self.openPeriod(look, at: max(startedAt, look.servedSince))
            } else {
                self.count(reading, look, startedAt: startedAt, at: now)
            }
            self.draining.formUnion(look.draining)
        }
        if look.isOver, self.overSince == nil { self.overSince = now }
        self.drain(reading.drains, startedAt: startedAt)
        self.close(look, at: now)
    }

    /// The last counts are in. What is carried after that is another deployment's.
    private var isCounted: Bool {
        guard let overSince, let countedUntil else { return false }
        return countedUntil >= overSince + Self.settling
    }

    /// When there is something to read even if nothing changes; `nil` once it is closed.
    package func nextReading(after now: Timestamp) -> Timestamp? {
        guard self.closedAt == nil else { return nil }
        guard let overSince else { return now + Self.keeping }
        return max(overSince + Self.settling, now + .seconds(1))
    }

    /// Whether a crash now would lose more than a few seconds' knowledge: counts alone can be read again later.
    package func isWorthKeeping(after stored: TrafficLedger?) -> Bool {
        guard let stored, let until = self.countedUntil, let storedUntil = stored.countedUntil else {
            return self != stored
        }
        var comparable = self
        comparable.countedUntil = stored.countedUntil
        comparable.known = stored.known
        for index in comparable.periods.indices where index < stored.periods.count {
            comparable.periods[index].counts = stored.periods[index].counts
        }
        return comparable != stored || until - storedUntil >= Self.keeping
    }

    private mutating func follow(_ revisions: [Revision]) {
        for revision in revisions {
            if let index = self.revisions.firstIndex(where: { $0.id == revision.id && $0.role == revision.role }) {
                // Before the listener rules have been read, the groups are a guess.
                if !revision.groups.isEmpty { self.revisions[index].groups = revision.groups }
                self.revisions[index].targets.formUnion(revision.targets)
            } else {
                self.revisions.append(revision)
            }
        }
    }

    private mutating func count(_ reading: TrafficReading, _ look: Look, startedAt: Timestamp, at now: Timestamp) {
        guard let before = self.countedUntil else {
            self.openPeriod(look, at: max(startedAt, look.servedSince))
            self.countedFrom = now
            if now - startedAt > Self.settling {
                self.gaps.append(.init(since: startedAt, until: now, reason: "traffic was not counted yet"))
            }
            self.remember(reading, look, at: now)
            return
        }
        let isNew = self.periods.last?.targetPermille != look.targetPermille
        if isNew { self.openPeriod(look, at: look.servedSince) }
        let lastReport = reading.runs.last?.reportedAt ?? now
        // The proxy reports when it begins to serve other weights: then all that was carried belongs to the weights before.
        let isBoundary = isNew && self.periods.count > 1 && lastReport <= look.servedSince + Self.boundary
        let index = self.periods.count - (isBoundary ? 2 : 1)
        let untilNow = self.periods[index].counts
        let lastKnown = reading.runs.last { self.known[$0.process] != nil }?.reportedAt ?? before
        for run in reading.runs { self.add(run, to: index, since: min(lastKnown, now), at: now) }
        // Read later than that, it belongs to both.
        if isNew, !isBoundary, self.periods.count > 1, self.periods[index].counts != untilNow {
            self.periods[index].isShared = true
        }
        self.remember(reading, look, at: now)
    }

    private mutating func add(
        _ run: TrafficReading.Run, to period: Int, since before: Timestamp, at now: Timestamp
    ) {
        let earlier = self.known[run.process]
        var hasStartedAgain = earlier == nil
        for (meter, count) in run.counts where self.watched.contains(meter.group) {
            let difference: TrafficCount
            if let last = earlier?[meter] {
                if let since = count.since(last) {
                    difference = since
                } else if meter.target == nil {
                    difference = count
                    hasStartedAgain = true
                } else {
                    // A target that left is forgotten by one worker after the other.
                    continue
                }
            } else {
                difference = count
            }
            guard difference != TrafficCount() else { continue }
            self.periods[period].counts[meter] = (self.periods[period].counts[meter] ?? TrafficCount()) + difference
        }
        if hasStartedAgain {
            self.gaps.append(
                .init(
                    since: before, until: now,
                    reason: "the proxy was started again: what it carried after its last report is not known"))
        }
    }

    /// A group that is looked at for the first time begins with what it has now.
    private mutating func remember(_ reading: TrafficReading, _ look: Look, at now: Timestamp) {
        self.watched.formUnion(look.groups)
        self.known = [:]
        for run in reading.runs {
            self.known[run.process] = run.counts.filter { self.watched.contains($0.key.group) }
        }
        self.countedUntil = now
    }

    private mutating func openPeriod(_ look: Look, at moment: Timestamp) {
        guard self.periods.last?.targetPermille != look.targetPermille else { return }
        if !self.periods.isEmpty { self.periods[self.periods.count - 1].endedAt = moment }
        self.periods.append(Period(targetPermille: look.targetPermille, startedAt: moment))
    }

    private mutating func drain(_ drains: [TargetDrain], startedAt: Timestamp) {
        let end = self.overSince.map { $0 + Self.settling }
        for drain in drains where drain.at >= startedAt && self.watched.contains(drain.meter.group) {
            guard self.draining.contains(drain.meter) || drain.at <= end ?? drain.at else { continue }
            // A proxy tells a new server again what it told the one before.
            if let index = self.drains.firstIndex(where: { $0.meter == drain.meter }) {
                self.drains[index] = drain
            } else {
                self.drains.append(drain)
            }
        }
    }

    private mutating func close(_ look: Look, at now: Timestamp) {
        guard let overSince, now - overSince >= Self.settling, look.draining.isDisjoint(with: self.draining) else {
            return
        }
        if !self.periods.isEmpty { self.periods[self.periods.count - 1].endedAt = overSince }
        if self.countedUntil == nil {
            self.gaps.append(.init(since: overSince, until: now, reason: "no proxy has reported what it carried"))
        }
        let untold = self.draining.subtracting(self.drains.map(\.meter))
        if !untold.isEmpty {
            self.gaps.append(
                .init(
                    since: overSince, until: now,
                    reason: "what became of the connections to \(untold.count) deregistered target(s) is not known"))
        }
        self.closedAt = now
    }
}
