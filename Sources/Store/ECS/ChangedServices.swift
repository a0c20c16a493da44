internal import Synchronization

/// The services that commits have touched since somebody last took them: a service itself, one of its revisions or tasks. Holds
/// each service once, so it grows with the services and not with the changes.
package final class ChangedServices: Sendable {
    private let keys = Mutex<Set<ServiceKey>>([])

    package init() {}

    package func insert(_ keys: Set<ServiceKey>) {
        guard !keys.isEmpty else { return }
        self.keys.withLock { $0.formUnion(keys) }
    }

    package func take() -> Set<ServiceKey> {
        self.keys.withLock { keys in
            defer { keys = [] }
            return keys
        }
    }
}
