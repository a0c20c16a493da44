internal import Synchronization

/// Wakes those who wait for something to change. Look at `version` first, then at the thing, then wait beyond that version:
/// a change in between is not missed.
final class Wakeups<Key: Hashable & Sendable>: Sendable {
    private struct State {
        var versions: [Key: Int] = [:]
        var waiters: [Key: [Int: CheckedContinuation<Void, any Error>]] = [:]
        var lastWaiter = 0
    }

    private let state = Mutex(State())

    func version(of key: Key) -> Int { self.state.withLock { $0.versions[key, default: 0] } }

    func signal(_ key: Key) {
        let waiters = self.state.withLock { state in
            state.versions[key, default: 0] += 1
            return state.waiters.removeValue(forKey: key) ?? [:]
        }
        for waiter in waiters.values { waiter.resume() }
    }

    /// - Throws: `CancellationError`.
    func wait(for key: Key, beyond version: Int) async throws {
        let id = self.state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome: Result<Void, any Error>? = self.state.withLock { state in
                    // Asked under the lock: a cancellation before is seen here, one after finds the waiter below.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if state.versions[key, default: 0] > version { return .success(()) }
                    state.waiters[key, default: [:]][id] = continuation
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let waiter = self.state.withLock { $0.waiters[key]?.removeValue(forKey: id) }
            waiter?.resume(throwing: CancellationError())
        }
    }
}
