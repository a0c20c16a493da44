internal import CloudWatchAPI
internal import Model
internal import Monitoring
internal import Store
internal import WireProtocol

// What happens to alarms: a new state, its line in the history and the actions that it asks for are one transaction, and so
// are the composite alarms that follow from it.

extension StoreTransaction {
    /// Sets how an alarm stands. Only another state than before is a transition, with a line of history and actions.
    func set(
        _ standing: AlarmStateChange.Standing, of alarm: StoredAlarm, heldUntil: Timestamp? = nil
    ) throws {
        var changed = alarm
        changed.standing = standing
        changed.heldUntil = heldUntil
        if standing.state != alarm.standing.state {
            changed.stateTransitionedAt = standing.since
            let change = AlarmStateChange(from: alarm.standing, to: standing)
            try self.append(AlarmHistoryLine.stateUpdate(change, of: alarm))
            if alarm.isActionsEnabled {
                changed.pendingActions += try alarm.configured().actions[standing.state].map {
                    PendingAlarmAction(arn: $0, change: change)
                }
            }
        }
        try self.save(changed)
    }

    /// Brings the composite alarms of a region in line with alarms that have changed, then with one another. Alarms whose rules
    /// lead in a circle stop after a round each.
    /// - Parameters:
    ///   - changed: by name; a composite alarm among them has a new rule, and is looked at itself.
    ///   - excluded: a composite alarm whose state was set by hand, which holds until an alarm of its rule changes.
    func settleCompositeAlarms(
        after changed: Set<String>, excluding excluded: String? = nil, in scope: Scope, at now: Timestamp
    ) throws {
        var alarms = try self.alarms(region: scope.region)
        let composites = try alarms.indices.compactMap { index in
            try alarms[index].rule().map { (index: index, rule: $0, children: Set($0.alarms.map(AlarmReference.name))) }
        }
        var changed = changed
        for round in composites.indices {
            var next: Set<String> = []
            for (index, rule, children) in composites {
                let alarm = alarms[index]
                let isNew = round == 0 && changed.contains(alarm.name) && alarm.name != excluded
                guard isNew || !children.isDisjoint(with: changed) else { continue }
                let states = Dictionary(alarms.map { ($0.name, $0.standing.state) }) { $1 }
                let state: AlarmState = rule.holds { states[AlarmReference.name($0)] } ? .alarm : .ok
                guard state != alarm.standing.state else { continue }
                let named = alarms.filter { children.contains($0.name) }
                let triggering = named.filter { changed.contains($0.name) }
                let standing = CompositeReason(
                    of: triggering.isEmpty ? named : triggering, state: state, scope: scope
                ).standing(at: now)
                try self.set(standing, of: alarm)
                alarms[index].standing = standing
                alarms[index].stateTransitionedAt = now
                next.insert(alarm.name)
            }
            guard !next.isEmpty else { return }
            changed = next
        }
    }
}

/// Why a composite alarm is in its state: the alarm of its rule that changed last.
private struct CompositeReason {
    let children: [StoredAlarm]
    let state: AlarmState
    let scope: Scope

    init(of children: [StoredAlarm], state: AlarmState, scope: Scope) {
        self.children = children
        self.state = state
        self.scope = scope
    }

    func standing(at now: Timestamp) -> AlarmStateChange.Standing {
        guard let child = self.children.max(by: { $0.stateTransitionedAt < $1.stateTransitionedAt }) else {
            return AlarmStateChange.Standing(
                state: self.state, reason: "The alarm rule is always \(self.state == .alarm ? "true" : "false").",
                reasonData: nil, since: now)
        }
        let arn = child.arn(in: self.scope)
        let value = child.standing.state.rawValue
        return AlarmStateChange.Standing(
            state: self.state,
            reason: "\(arn) transitioned to \(value) at \(AlarmTime.long(child.stateTransitionedAt))",
            reasonData: JSONValue.object([
                .init(
                    "triggeringAlarms",
                    .array([
                        .object([
                            .init("arn", .string(arn)),
                            .init(
                                "state",
                                .object([
                                    .init("value", .string(value)),
                                    .init("timestamp", .string(AlarmTime.offset(child.stateTransitionedAt))),
                                ])),
                        ])
                    ]))
            ]).text, since: now)
    }
}
