internal import Model
internal import ProxyFeed
internal import TrafficRouting

/// The groups of a forward action with their rotation.
final class ForwardRoute {
    let action: ForwardAction
    let groups: [GroupRoute]
    /// See `ForwardAction.sharesOut`.
    let sharesOut: Bool
    private var rotation: WeightedRotation

    init(_ action: ForwardAction, _ groups: [GroupRoute], worker: Int, of workers: Int) {
        self.action = action
        self.groups = groups
        self.sharesOut = action.sharesOut
        self.rotation = WeightedRotation(weights: action.targetGroups.map(\.weight))
        self.rotation.skip(part: worker, of: workers)
    }

    /// The group that a client is bound to, whatever its weight: 0 too, and without any target. One that the action no
    /// longer names is nobody's (elbv2 guide, target group stickiness).
    func choose(_ binding: StickyBinding, at now: Timestamp) -> GroupRoute? {
        binding.choice(among: self.groups.lazy.map(\.subject), at: now).map { self.groups[$0] }
    }

    /// The group of the next request; `nil` where all weights are 0.
    func choose() -> GroupRoute? {
        if self.groups.count == 1, self.action.targetGroups[0].weight > 0 { return self.groups[0] }
        return self.rotation.next().map { self.groups[$0] }
    }
}

/// What a rule does, ready to be done.
enum ActionRoute {
    case forward(ForwardRoute)
    case redirect(RedirectAction)
    case fixedResponse(FixedResponseAction)
}

/// A load balancer's attributes and counts in one worker.
final class LoadBalancerRoute {
    let id: LoadBalancerID
    var attributes: LoadBalancerAttributes
    var dnsName: [UInt8]
    var idleMilliseconds: Int64
    var counters: LoadBalancerCounters

    init(_ loadBalancer: LoadBalancer) {
        self.id = loadBalancer.id
        self.counters = LoadBalancerCounters(id: loadBalancer.id)
        self.attributes = loadBalancer.attributes
        self.dnsName = ASCII.lowered(loadBalancer.dnsName)
        self.idleMilliseconds = loadBalancer.attributes.idleTimeout.milliseconds
    }

    func update(_ loadBalancer: LoadBalancer) {
        self.attributes = loadBalancer.attributes
        self.dnsName = ASCII.lowered(loadBalancer.dnsName)
        self.idleMilliseconds = loadBalancer.attributes.idleTimeout.milliseconds
    }
}

/// A listener, ready to route.
final class ListenerRoute {
    let loadBalancer: LoadBalancerRoute
    let port: UInt16
    let boundPort: UInt16
    let portText: [UInt8]
    let matcher: RuleMatcher
    let actions: [ActionRoute]
    let defaultAction: ActionRoute

    init(
        _ listener: Listener, _ loadBalancer: LoadBalancerRoute, actions: [ActionRoute], defaultAction: ActionRoute
    ) {
        self.loadBalancer = loadBalancer
        self.port = listener.port
        self.boundPort = listener.boundPort
        self.portText = Array(String(listener.port).utf8)
        self.matcher = RuleMatcher(listener.rules)
        self.actions = actions
        self.defaultAction = defaultAction
    }
}

/// One worker's own form of the snapshot that it serves. Rebuilt for a new snapshot; targets, counts and rotations that
/// still apply are taken over, so that a stream of snapshots does not start every rotation from its heaviest group.
struct RouteTable {
    private let worker: Int
    private let workers: Int
    private(set) var generation = Generation.none
    private(set) var groups: [TargetGroupID: GroupRoute] = [:]
    private(set) var loadBalancers: [LoadBalancerID: LoadBalancerRoute] = [:]
    private var targets: [TargetKey: TargetRoute] = [:]
    /// Gone from the snapshot at their deadline, which a worker may hear of before it looks at its clock.
    private var leaving: [TargetKey: TargetRoute] = [:]
    private var listeners: [UInt16: [ListenerRoute]] = [:]
    private var forwards: [RuleID: ForwardRoute] = [:]

    init(worker: Int, of workers: Int) {
        self.worker = worker
        self.workers = workers
    }

    /// Takes a snapshot and health; answers the targets that are draining or gone now, whose idle connections must be
    /// closed.
    mutating func update(
        _ snapshot: RoutingSnapshot, _ health: [TargetKey: TargetVerdict], at now: Timestamp
    ) -> [TargetRoute] {
        var targets: [TargetKey: TargetRoute] = [:]
        var retired: [TargetRoute] = []
        for group in snapshot.targetGroups {
            var routes: [TargetRoute] = []
            for target in group.targets {
                let key = TargetKey(group: group.id, target: target.id, address: target.address)
                guard let route = self.targets[key] ?? self.leaving[key] ?? Self.route(key, target) else { continue }
                if route.follow(target) { retired.append(route) }
                targets[key] = route
                routes.append(route)
            }
            self.group(group.id).update(group, routes, health, at: now)
        }
        let gone = self.targets.values.filter { targets[$0.key] == nil }
        retired += gone
        self.leaving = self.leaving.filter { targets[$0.key] == nil }
        for target in gone where target.isDraining { self.leaving[target.key] = target }
        self.targets = targets
        if snapshot.generation != self.generation || self.listeners.isEmpty { self.updateListeners(snapshot) }
        self.forgetDeleted(snapshot, at: now)
        self.generation = snapshot.generation
        return retired
    }

    /// Frees what no snapshot names any more, with its counts. A group that only a rule names stays, without targets.
    private mutating func forgetDeleted(_ snapshot: RoutingSnapshot, at now: Timestamp) {
        let present = Set(snapshot.targetGroups.map(\.id))
        let named = Set(self.forwards.values.lazy.flatMap(\.groups).map(\.id))
        for group in self.groups.values where !present.contains(group.id) {
            if named.contains(group.id) {
                group.update(TargetGroup(id: group.id, targets: []), [], [:], at: now)
            } else {
                self.groups[group.id] = nil
            }
        }
        let loadBalancers = Set(snapshot.loadBalancers.map(\.id))
        self.loadBalancers = self.loadBalancers.filter { loadBalancers.contains($0.key) }
    }

    private static func route(_ key: TargetKey, _ target: Target) -> TargetRoute? {
        guard let address = IPAddress(target.address) else { return nil }
        return TargetRoute(key: key, address: SocketAddress(address, port: target.port))
    }

    private mutating func updateListeners(_ snapshot: RoutingSnapshot) {
        self.listeners = [:]
        var forwards: [RuleID: ForwardRoute] = [:]
        for loadBalancer in snapshot.loadBalancers {
            let route = self.loadBalancers[loadBalancer.id] ?? LoadBalancerRoute(loadBalancer)
            route.update(loadBalancer)
            self.loadBalancers[loadBalancer.id] = route
            for listener in loadBalancer.listeners {
                let actions = listener.rules.map { self.action($0, &forwards) }
                let defaultAction = self.action(listener.defaultRule, &forwards)
                self.listeners[listener.boundPort, default: []].append(
                    ListenerRoute(listener, route, actions: actions, defaultAction: defaultAction))
            }
        }
        self.forwards = forwards
    }

    private mutating func action(_ rule: Rule, _ forwards: inout [RuleID: ForwardRoute]) -> ActionRoute {
        switch rule.action {
        case .redirect(let redirect): return .redirect(redirect)
        case .fixedResponse(let response): return .fixedResponse(response)
        case .forward(let forward):
            if let known = self.forwards[rule.id], known.action == forward {
                forwards[rule.id] = known
                return .forward(known)
            }
            let groups = forward.targetGroups.map { self.group($0.id) }
            let route = ForwardRoute(forward, groups, worker: self.worker, of: self.workers)
            forwards[rule.id] = route
            return .forward(route)
        }
    }

    /// A group that no snapshot has held yet has no targets: 503, as for an empty one.
    private mutating func group(_ id: TargetGroupID) -> GroupRoute {
        let group = self.groups[id] ?? GroupRoute(id: id, worker: self.worker)
        self.groups[id] = group
        return group
    }

    /// The listener of a bound port; where several load balancers share it, the one that `host` names, else the oldest.
    func listener(port: UInt16, host: ByteView) -> ListenerRoute? {
        guard let candidates = self.listeners[port] else { return nil }
        if candidates.count == 1 { return candidates[0] }
        return candidates.first { host.equalsIgnoringCase($0.loadBalancer.dnsName) } ?? candidates.first
    }

    var draining: [TargetRoute] { self.targets.values.filter(\.isDraining) + self.leaving.values }

    /// Drops those that have left and drained a while ago: their last report has been read since.
    mutating func forgetDrained(at now: Int64) {
        for (key, target) in self.leaving where target.drain.isDrained {
            let leftAt = target.leftAt ?? now
            target.leftAt = leftAt
            if now - leftAt > 5000 { self.leaving[key] = nil }
        }
    }
}
