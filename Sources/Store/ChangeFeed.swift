internal import Synchronization

/// What a transaction changed, as coarse as its watchers need. A topic says "look again", never what to do.
package enum ChangeTopic: Hashable, Sendable, CaseIterable {
    case services
    case tasks
    case taskSets
    case taskDefinitions
    case targetGroups
    case routing
    /// Verdicts of the proxy's health checks.
    case targetHealth
    case deployments
    case functions
    case invocations
    case logs
}

/// Tells watchers that something was committed. Announcements are merged while a watcher is busy: it may see one for many
/// changes, never none.
package final class ChangeFeed: Sendable {
    private struct Watchers {
        var next = 0
        var byID: [Int: (topics: Set<ChangeTopic>, continuation: AsyncStream<Void>.Continuation)] = [:]
    }

    private let watchers = Mutex(Watchers())

    package init() {}

    /// Yields once at once (so that a watcher that starts late misses nothing), then after every commit that touched one of
    /// the topics.
    package func watch(_ topics: Set<ChangeTopic>) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        continuation.yield()
        let id = self.watchers.withLock { watchers in
            watchers.next += 1
            watchers.byID[watchers.next] = (topics, continuation)
            return watchers.next
        }
        continuation.onTermination = { [weak self] _ in
            self?.watchers.withLock { _ = $0.byID.removeValue(forKey: id) }
        }
        return stream
    }

    /// Also called for what never touches the store, such as health verdicts.
    package func announce(_ topics: Set<ChangeTopic>) {
        guard !topics.isEmpty else { return }
        let interested = self.watchers.withLock { watchers in
            watchers.byID.values.filter { !$0.topics.isDisjoint(with: topics) }.map(\.continuation)
        }
        for continuation in interested { continuation.yield() }
    }
}
