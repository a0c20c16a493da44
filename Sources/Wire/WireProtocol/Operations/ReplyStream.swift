internal import Synchronization

/// The payload of a reply that is not held whole, handed over by a handler. A class, because the context that holds it is
/// passed down by value.
package final class ReplyStream: Sendable {
    private let held = Mutex<ByteSource?>(nil)

    package init() {}

    /// - Parameter source: of known length.
    package func send(_ source: ByteSource) { self.held.withLock { $0 = source } }

    package var source: ByteSource? { self.held.withLock { $0 } }
}
