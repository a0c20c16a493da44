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
    /// A deployment was made. What becomes of it is told by its subject.
    case deployments
    case functions
    case invocations
    case logs
    /// States and configurations of CloudWatch alarms, and the actions that transitions ask for.
    case alarms
}

/// Tells watchers that something was committed. Announcements are merged while a watcher is busy: it may see one for many
/// changes, never none.
package final class ChangeFeed: Sendable {
    private typealias Watchers = [Int: AsyncStream<Void>.Continuation]

    private struct State {
        var next = 0
        var byTopic: [ChangeTopic: Watchers] = [:]
        var bySubject: [ChangeSubject: Watchers] = [:]
        var collectors: [ChangedSubjects] = []

        mutating func remove(_ id: Int, _ topics: Set<ChangeTopic>, _ subjects: Set<ChangeSubject>) {
            for topic in topics { self.byTopic[topic]?[id] = nil }
            for subject in subjects {
                self.bySubject[subject]?[id] = nil
                if self.bySubject[subject]?.isEmpty == true { self.bySubject[subject] = nil }
            }
        }
    }

    private let state = Mutex(State())

    package init() {}

    /// Yields once at once (so that a watcher that starts late misses nothing), then after every commit that touched one of
    /// the topics or subjects.
    package func watch(_ topics: Set<ChangeTopic>, _ subjects: Set<ChangeSubject> = []) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        continuation.yield()
        let id = self.state.withLock { state in
            state.next += 1
            for topic in topics { state.byTopic[topic, default: [:]][state.next] = continuation }
            for subject in subjects { state.bySubject[subject, default: [:]][state.next] = continuation }
            return state.next
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { $0.remove(id, topics, subjects) }
        }
        return stream
    }

    /// For one who must know which subjects changed: filled before the topics of the same commit are announced.
    package func collectSubjects() -> ChangedSubjects {
        let collector = ChangedSubjects()
        self.state.withLock { $0.collectors.append(collector) }
        return collector
    }

    /// Also called for what never touches the store, such as health verdicts.
    package func announce(_ topics: Set<ChangeTopic>, _ subjects: Set<ChangeSubject> = []) {
        guard !topics.isEmpty || !subjects.isEmpty else { return }
        let (interested, collectors) = self.state.withLock { state in
            var interested: Watchers = [:]
            for topic in topics { interested.merge(state.byTopic[topic] ?? [:]) { $1 } }
            for subject in subjects { interested.merge(state.bySubject[subject] ?? [:]) { $1 } }
            return (interested, state.collectors)
        }
        if !subjects.isEmpty { for collector in collectors { collector.insert(subjects) } }
        for continuation in interested.values { continuation.yield() }
    }
}
