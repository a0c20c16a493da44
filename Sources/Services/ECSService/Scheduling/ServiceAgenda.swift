internal import Model
internal import Store

/// Which services the scheduler looks at next: those that changed, those whose moment has come, and, when target health
/// changed, those that have targets. A quiet service costs nothing.
struct ServiceAgenda: Equatable, Sendable {
    private var changed: Set<ServiceKey> = []
    private var wakeAt: [ServiceKey: Timestamp] = [:]
    private var withTargets: Set<ServiceKey> = []

    /// The next moment at which a service must be looked at, if nothing changes before.
    var nextWake: Timestamp? { self.wakeAt.values.min() }

    mutating func servicesChanged(_ keys: Set<ServiceKey>) { self.changed.formUnion(keys) }

    mutating func targetHealthChanged() { self.changed.formUnion(self.withTargets) }

    /// - Parameter wakeAt: when the service must be looked at again without a change.
    mutating func looked(at key: ServiceKey, wakeAt: Timestamp?, hasTargets: Bool) {
        self.wakeAt[key] = wakeAt
        if hasTargets { self.withTargets.insert(key) } else { self.withTargets.remove(key) }
    }

    /// A look that failed is repeated; what is known of the service's targets stays.
    mutating func failed(_ key: ServiceKey, retryAt: Timestamp) { self.wakeAt[key] = retryAt }

    /// Services to look at now; each is then off the agenda until it changes or asks for another moment.
    mutating func takeDue(at now: Timestamp) -> Set<ServiceKey> {
        let due = self.changed.union(self.wakeAt.filter { $0.value <= now }.keys)
        self.changed = []
        for key in due { self.wakeAt[key] = nil }
        return due
    }
}
