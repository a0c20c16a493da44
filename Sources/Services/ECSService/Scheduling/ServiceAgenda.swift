internal import DeploymentEngine
internal import Model
internal import Store

/// Which services the scheduler looks at next: those that changed, those whose moment has come, and those with targets in a
/// group that changed. A quiet service costs nothing.
struct ServiceAgenda: Sendable {
    private var changed: Set<ServiceKey> = []
    private var wakeAt = Deadlines<ServiceKey>()
    private var groups: [ServiceKey: Set<String>] = [:]
    private var users: [String: Set<ServiceKey>] = [:]

    /// The next moment at which a service must be looked at, if nothing changes before.
    var nextWake: Timestamp? { self.wakeAt.next }

    mutating func servicesChanged(_ keys: Set<ServiceKey>) { self.changed.formUnion(keys) }

    mutating func happened(_ subjects: Set<ChangeSubject>) {
        for subject in subjects {
            switch subject {
            case .service(let key): self.changed.insert(key)
            case .targetGroup(let group): self.changed.formUnion(self.users[group] ?? [])
            case .everyTargetGroup: self.changed.formUnion(self.groups.keys)
            case .serviceDeployments, .codeDeployDeployment: break
            }
        }
    }

    /// - Parameters:
    ///   - wakeAt: when the service must be looked at again without a change.
    ///   - targetGroups: those that it has targets in.
    mutating func looked(at key: ServiceKey, wakeAt: Timestamp?, targetGroups: Set<String>) {
        self.wakeAt[key] = wakeAt
        let known = self.groups[key] ?? []
        guard known != targetGroups else { return }
        for group in known.subtracting(targetGroups) { self.forget(key, in: group) }
        for group in targetGroups { self.users[group, default: []].insert(key) }
        self.groups[key] = targetGroups.isEmpty ? nil : targetGroups
    }

    /// A look that failed is repeated; what is known of the service's targets stays.
    mutating func failed(_ key: ServiceKey, retryAt: Timestamp) { self.wakeAt[key] = retryAt }

    /// Services to look at now; each is then off the agenda until it changes or asks for another moment.
    mutating func takeDue(at now: Timestamp) -> Set<ServiceKey> {
        for key in self.changed { self.wakeAt[key] = nil }
        defer { self.changed = [] }
        return self.changed.union(self.wakeAt.takeDue(at: now))
    }

    private mutating func forget(_ key: ServiceKey, in group: String) {
        self.users[group]?.remove(key)
        if self.users[group]?.isEmpty == true { self.users[group] = nil }
    }
}
