internal import Synchronization

/// Headers that a handler adds to its reply. A class, because the context that holds it is passed down by value.
package final class ReplyHeaders: Sendable {
    private let headers = Mutex<[(name: String, value: String)]>([])

    package init() {}

    package func add(_ name: String, _ value: String) {
        self.headers.withLock { $0.append((name, value)) }
    }

    package var all: [(name: String, value: String)] { self.headers.withLock { $0 } }
}
