internal import Model
internal import TrafficRouting

/// When each target is probed next, and what its health is. Pure: the prober runs the probes and reports back.
struct ProbeSchedule {
    struct Entry {
        var machine: TargetHealthMachine
        var check: HealthCheck
        var address: String
        var port: UInt16
        let registeredAt: Timestamp?
        var nextStart: Timestamp
        var isRunning = false
        /// When the next probe that counts is due; those between only look for a first success.
        var nextCounted: Timestamp
    }

    struct Probe: Equatable {
        let key: TargetKey
        let address: String
        let port: UInt16
        let registeredAt: Timestamp?
        let path: String
        let timeout: Duration
        /// A failure of this probe changes nothing.
        let isExtra: Bool
    }

    enum Outcome: Equatable {
        case code(Int)
        case failed(HealthFailure)
    }

    /// A target that has not answered yet is looked at this often between its regular probes: it is most likely still
    /// starting, and one success is enough for it. Only the regular probes count against it.
    static let startingInterval = Duration.milliseconds(250)

    private(set) var entries: [TargetKey: Entry] = [:]
    private var remembered: [TargetKey: TargetVerdict]

    init(remembering health: [TargetKey: TargetVerdict]) { self.remembered = health }

    /// Follows a snapshot: new targets of groups in use are due at once, the others are forgotten. Answers the health
    /// of every target that the snapshot holds.
    mutating func update(_ snapshot: RoutingSnapshot, at now: Timestamp) {
        let inUse = snapshot.targetGroupsInUse
        var entries: [TargetKey: Entry] = [:]
        for group in snapshot.targetGroups where inUse.contains(group.id) {
            for target in group.targets where target.state == .registered {
                let key = TargetKey(group: group.id, target: target.id, address: target.address)
                var entry =
                    self.entries[key].flatMap { $0.registeredAt == target.registeredAt ? $0 : nil }
                    ?? self.newEntry(key, target, group.healthCheck, at: now)
                if entry.check != group.healthCheck { entry.nextStart = now }
                entry.check = group.healthCheck
                entry.port = group.healthCheck.port(of: target)
                entries[key] = entry
            }
        }
        self.entries = entries
    }

    private mutating func newEntry(_ key: TargetKey, _ target: Target, _ check: HealthCheck, at now: Timestamp) -> Entry
    {
        let health = self.remembered.health(of: key, registeredAt: target.registeredAt)
        self.remembered[key] = nil
        return Entry(
            machine: health.map { TargetHealthMachine(remembering: $0) } ?? TargetHealthMachine(), check: check,
            address: key.address, port: key.target.port, registeredAt: target.registeredAt, nextStart: now,
            nextCounted: now)
    }

    /// The probes that are due; they count as running until `finished`.
    mutating func due(at now: Timestamp) -> [Probe] {
        var probes: [Probe] = []
        for (key, entry) in self.entries where !entry.isRunning && entry.nextStart <= now {
            let isExtra = now < entry.nextCounted
            var entry = entry
            entry.isRunning = true
            _ = entry.machine.probeStarted()
            if !isExtra { entry.nextCounted = now + entry.check.interval }
            entry.nextStart = entry.nextCounted
            self.entries[key] = entry
            let timeout = isExtra ? min(entry.check.timeout, .seconds(1)) : entry.check.timeout
            probes.append(
                Probe(
                    key: key, address: entry.address, port: entry.port, registeredAt: entry.registeredAt,
                    path: entry.check.path, timeout: timeout,
                    isExtra: isExtra))
        }
        return probes
    }

    mutating func finished(_ probe: Probe, _ outcome: Outcome, at now: Timestamp) {
        // Deregistered, or registered anew, while it was probed.
        guard var entry = self.entries[probe.key], entry.registeredAt == probe.registeredAt else { return }
        entry.isRunning = false
        switch outcome {
        case .code(let code) where entry.check.matcher.matches(code): _ = entry.machine.probeSucceeded(entry.check)
        case .code(let code):
            if !probe.isExtra { _ = entry.machine.probeFailed(.codeMismatch(code), entry.check) }
        case .failed(let failure):
            if !probe.isExtra { _ = entry.machine.probeFailed(failure, entry.check) }
        }
        switch entry.machine.health {
        case .registering, .checking: entry.nextStart = min(now + Self.startingInterval, entry.nextCounted)
        case .healthy, .unhealthy, .notInUse, .draining: entry.nextStart = max(entry.nextCounted, now)
        }
        self.entries[probe.key] = entry
    }

    var nextStart: Timestamp? { self.entries.values.lazy.filter { !$0.isRunning }.map(\.nextStart).min() }

    /// The health of all targets in `snapshot`.
    func health(in snapshot: RoutingSnapshot) -> [TargetKey: TargetVerdict] {
        let inUse = snapshot.targetGroupsInUse
        var health: [TargetKey: TargetVerdict] = [:]
        for group in snapshot.targetGroups {
            for target in group.targets {
                let key = TargetKey(group: group.id, target: target.id, address: target.address)
                let state: TargetHealth =
                    if target.state != .registered {
                        .draining
                    } else if inUse.contains(group.id) {
                        self.entries[key]?.machine.health ?? .registering
                    } else {
                        .notInUse
                    }
                health[key] = TargetVerdict(health: state, registeredAt: target.registeredAt)
            }
        }
        return health
    }
}
