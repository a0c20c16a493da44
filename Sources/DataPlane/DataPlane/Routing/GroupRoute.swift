internal import Model
internal import ProxyFeed
internal import TrafficRouting

/// A target as one worker uses it: its idle connections and what is in flight. Lives from snapshot to snapshot.
final class TargetRoute {
    let key: TargetKey
    let subject: StickySubject
    let address: SocketAddress
    /// Most recently used last.
    var idle: [UpstreamConnection] = []
    private(set) var inFlight = 0
    private(set) var state = Target.State.registered
    /// Which registration it stands for now.
    private(set) var registeredAt: Timestamp?
    private(set) var drain = DrainMachine()
    var outcomes: TargetOutcomes
    /// Monotonic milliseconds: when it was gone from the snapshot while it drained.
    var leftAt: Int64?

    init(key: TargetKey, address: SocketAddress) {
        self.key = key
        self.subject = StickySubject(key.target, in: key.group)
        self.address = address
        self.outcomes = TargetOutcomes(id: key.target)
    }

    /// Takes what the snapshot says; answers whether idle connections must be closed.
    func follow(_ target: Target) -> Bool {
        self.state = target.state
        self.registeredAt = target.registeredAt
        self.leftAt = nil
        switch target.state {
        case .registered:
            self.drain.registered()
            return false
        case .draining(let deadline):
            let action = self.drain.deregistered(until: deadline, idle: self.idle.count, inFlight: self.inFlight)
            return action == .closeIdleConnections
        }
    }

    func requestBegan() {
        self.inFlight += 1
        if self.isDraining { self.drain.requestBegan() }
    }

    func requestEnded(wasCut: Bool) {
        self.inFlight -= 1
        if self.isDraining { self.drain.requestEnded(wasCut: wasCut, inFlight: self.inFlight) }
    }

    var isDraining: Bool { self.state != .registered }
}

/// A target group as one worker uses it: which targets take requests, whose turn it is, and counts.
final class GroupRoute {
    let id: TargetGroupID
    let subject: StickySubject
    var counters: TargetGroupCounters
    private(set) var targets: [TargetRoute] = []
    /// Those that left last, the latest at the end: what they carried is still to be told.
    private var departed: [TargetRoute] = []
    private(set) var failsOpen = false
    private(set) var stickiness: TargetStickiness?
    private var eligible: [TargetRoute] = []
    private var slowStart = SlowStart<TargetKey>()
    /// Of the eligible targets, while some of them are in slow start.
    private var shares: WeightedRotation?
    private var algorithm = TargetGroupAttributes.Algorithm.roundRobin
    /// Starts elsewhere in each worker, so that the workers do not march in step.
    private var cursor: Int
    private var random: XorShift

    init(id: TargetGroupID, worker: Int) {
        self.id = id
        self.subject = StickySubject(id)
        self.counters = TargetGroupCounters(id: id)
        self.cursor = worker
        self.random = XorShift(seed: UInt64(worker) + 1)
    }

    func update(
        _ group: TargetGroup, _ targets: [TargetRoute], _ health: [TargetKey: TargetVerdict], at now: Timestamp
    ) {
        self.depart(for: targets)
        self.targets = targets
        self.algorithm = group.attributes.algorithm
        self.stickiness = group.attributes.stickiness
        let facts = targets.map {
            (state: $0.state, health: health.health(of: $0.key, registeredAt: $0.registeredAt) ?? .registering)
        }
        let eligibility = TargetEligibility(facts, group.attributes)
        self.eligible = eligibility.eligible.map { targets[$0] }
        self.failsOpen = eligibility.failsOpen
        self.slowStart.update(
            healthy: zip(targets, facts).lazy.filter { $1.health == .healthy }.map(\.0.key),
            duration: group.attributes.slowStart,
            at: now)
        self.shares = nil
        self.easeIn(at: now)
    }

    private static let keptDepartures = 64

    private func depart(for targets: [TargetRoute]) {
        let present = Set(targets.map(ObjectIdentifier.init))
        self.departed += self.targets.filter { $0.outcomes.requests > 0 }
        self.departed.removeAll { present.contains(ObjectIdentifier($0)) }
        self.departed.removeFirst(max(0, self.departed.count - Self.keptDepartures))
    }

    /// With what each target was given.
    var report: TargetGroupCounters {
        var report = self.counters
        report.active = self.targets.reduce(0) { $0 + $1.inFlight }
        report.openConnections = self.targets.reduce(report.active) { $0 + $1.idle.count }
        // An address that came back stands twice, and is one target to whoever reads it.
        var targets = GroupOutcomes()
        targets.targets = (self.targets + self.departed).map(\.outcomes)
        report.outcomes.add(targets)
        return report
    }

    /// Lets the shares of targets in slow start grow with time.
    func easeIn(at now: Timestamp) {
        guard self.slowStart.isRamping else {
            self.shares = nil
            return
        }
        self.slowStart.pass(to: now)
        let weights = self.eligible.map { self.slowStart.share(of: $0.key, at: now) }
        if self.shares == nil {
            self.shares = WeightedRotation(weights: weights)
        } else {
            self.shares?.reweigh(weights)
        }
    }

    /// The target that a client is bound to, where it takes requests.
    func choose(_ binding: StickyBinding, at now: Timestamp) -> TargetRoute? {
        binding.choice(among: self.eligible.lazy.map(\.subject), at: now).map { self.eligible[$0] }
    }

    /// The target for the next request; another one than `avoided` where there is any. `nil`: no usable target.
    func choose(avoiding avoided: TargetRoute? = nil) -> TargetRoute? {
        let count = self.eligible.count
        guard count > 0 else { return nil }
        for _ in 0..<count {
            let target = self.next(count)
            if target !== avoided || count == 1 { return target }
        }
        return self.eligible[0]
    }

    private func next(_ count: Int) -> TargetRoute {
        switch self.algorithm {
        case .roundRobin:
            if let index = self.shares?.next() { return self.eligible[index] }
            self.cursor = self.cursor + 1 >= count ? 0 : self.cursor + 1
            return self.eligible[self.cursor]
        case .weightedRandom: return self.eligible[Int(self.random.next() % UInt64(count))]
        case .leastOutstandingRequests:
            // Starts at the cursor, so that equal targets take turns.
            self.cursor = self.cursor + 1 >= count ? 0 : self.cursor + 1
            var best = self.eligible[self.cursor]
            for offset in 1..<max(count, 1) where offset < count {
                let other = self.eligible[(self.cursor + offset) % count]
                if other.inFlight < best.inFlight { best = other }
            }
            return best
        }
    }
}

/// A small generator for choices and trace ids; nothing secret depends on it.
struct XorShift {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        self.state ^= self.state << 13
        self.state ^= self.state >> 7
        self.state ^= self.state << 17
        return self.state
    }
}
