internal import ELBv2API
internal import Model
internal import Store
internal import TrafficRouting

/// All that the store says about routing, of one moment.
struct RoutingRecords: Sendable {
    let generation: Int
    let loadBalancers: [StoredLoadBalancer]
    let listeners: [StoredListener]
    let rules: [StoredListenerRule]
    let targetGroups: [StoredTargetGroup]
    let targets: [StoredTarget]

    init(_ snapshot: StoreSnapshot) throws {
        self.generation = try snapshot.routingGeneration()
        self.loadBalancers = try snapshot.allLoadBalancers()
        self.listeners = try snapshot.allListeners()
        self.rules = try snapshot.allListenerRules()
        self.targetGroups = try snapshot.allTargetGroups()
        self.targets = try snapshot.allTargets()
    }
}

/// Turns records into the proxy's routing snapshot. Rules and health checks that have not changed since the last one are
/// not read again from their JSON.
struct SnapshotCompiler {
    private var rules: [String: (record: StoredListenerRule, rule: Rule)] = [:]
    private var healthChecks: [String: (body: String, check: HealthCheck)] = [:]
    /// Added to the port of every listener (`--lb-port-offset`).
    private let portOffset: Int

    init(portOffset: Int) { self.portOffset = portOffset }

    mutating func compile(_ records: RoutingRecords) throws -> RoutingSnapshot {
        let rules = try self.compileRules(records.rules)
        let listeners = Dictionary(grouping: records.listeners, by: \.loadBalancerARN)
        let targets = Dictionary(grouping: records.targets, by: \.targetGroupARN)
        self.healthChecks = self.healthChecks.filter { entry in records.targetGroups.contains { $0.arn == entry.key } }
        return RoutingSnapshot(
            generation: Generation(UInt64(records.generation)),
            loadBalancers: records.loadBalancers.map { record in
                LoadBalancer(
                    id: LoadBalancerID(record.arn), dnsName: record.dnsName,
                    attributes: LoadBalancerAttributes(stored: record.attributes),
                    listeners: (listeners[record.arn] ?? []).compactMap { self.listener($0, rules[$0.arn] ?? []) })
            },
            targetGroups: try records.targetGroups.map { record in
                TargetGroup(
                    id: TargetGroupID(record.arn), attributes: TargetGroupAttributes(stored: record.attributes),
                    healthCheck: try self.healthCheck(of: record),
                    targets: (targets[record.arn] ?? []).compactMap(Target.init(record:)))
            })
    }

    private mutating func compileRules(_ records: [StoredListenerRule]) throws -> [String: [(
        isDefault: Bool, rule: Rule
    )]] {
        var known: [String: (record: StoredListenerRule, rule: Rule)] = [:]
        var result: [String: [(isDefault: Bool, rule: Rule)]] = [:]
        for record in records {
            let rule: Rule
            if let entry = self.rules[record.arn], entry.record == record {
                rule = entry.rule
            } else {
                guard let compiled = try Rule(record: record) else { continue }
                rule = compiled
            }
            known[record.arn] = (record, rule)
            result[record.listenerARN, default: []].append((record.isDefault, rule))
        }
        self.rules = known
        return result
    }

    private func listener(_ record: StoredListener, _ rules: [(isDefault: Bool, rule: Rule)]) -> Listener? {
        guard let defaultRule = rules.first(where: \.isDefault)?.rule, let port = UInt16(exactly: record.port) else {
            return nil
        }
        return Listener(
            id: ListenerID(record.arn), port: port, boundPort: UInt16(exactly: record.port + self.portOffset),
            rules: rules.filter { !$0.isDefault }.map(\.rule), defaultRule: defaultRule)
    }

    private mutating func healthCheck(of record: StoredTargetGroup) throws -> HealthCheck {
        if let entry = self.healthChecks[record.arn], entry.body == record.body { return entry.check }
        let check = HealthCheck(shape: try record.shape())
        self.healthChecks[record.arn] = (record.body, check)
        return check
    }
}
