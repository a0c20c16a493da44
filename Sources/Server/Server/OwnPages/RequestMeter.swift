internal import Synchronization
internal import WireProtocol

/// Counts API calls by service, operation and status since the server started.
final class RequestMeter: Sendable {
    struct Key: Hashable, Sendable {
        /// Empty where the request belongs to no service or operation.
        let service: String
        let operation: String
        let status: Int
    }

    struct Count: Equatable, Sendable {
        var requests = 0
        var seconds = 0.0
    }

    private let counts = Mutex<[Key: Count]>([:])

    func record(_ outcome: Dispatcher.Outcome) {
        let key = Key(service: outcome.service ?? "", operation: outcome.operation ?? "", status: outcome.status)
        self.counts.withLock { $0[key, default: Count()].add(outcome.duration) }
    }

    /// Sorted by service, operation and status.
    var all: [(key: Key, count: Count)] {
        self.counts.withLock { counts in
            counts.map { (key: $0.key, count: $0.value) }
                .sorted {
                    ($0.key.service, $0.key.operation, $0.key.status) < (
                        $1.key.service, $1.key.operation, $1.key.status
                    )
                }
        }
    }
}

extension RequestMeter.Count {
    fileprivate mutating func add(_ duration: Duration) {
        self.requests += 1
        self.seconds += Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }
}
