internal import Synchronization

/// Lets one sender at a time write to the socket, so that frames are not mixed. Held across a system call, which a
/// `Mutex` with state does not forbid either; this one guards no value.
struct FeedLock: ~Copyable, Sendable {
    private let mutex = Mutex(())

    func hold<Failure: Error>(_ body: () throws(Failure) -> Void) throws(Failure) {
        try self.mutex.withLock { (_) throws(Failure) in try body() }
    }
}
