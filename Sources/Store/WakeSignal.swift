package import Model
internal import Synchronization

/// Wakes one controller: by a change, or at a deadline. Raised while nobody waits, it is kept; raised twice, it wakes once.
package final class WakeSignal: Sendable {
    private struct State {
        var isRaised = false
        var isCancelled = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    package init() {}

    package func raise() {
        let waiter = self.state.withLock { state in
            defer { state.waiter = nil }
            if state.waiter == nil { state.isRaised = true }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Raises itself with every change of the feed, until the task is cancelled.
    package func follow(_ changes: AsyncStream<Void>) async {
        for await _ in changes { self.raise() }
    }

    /// Waits for the signal, at most until `deadline`.
    /// - Returns: `false` when the task is cancelled.
    package func wait(until deadline: Timestamp?, _ clock: any WallClock) async -> Bool {
        await withTaskGroup(of: Void.self) { group in
            if let deadline {
                group.addTask {
                    // Throws only when something else has woken us.
                    guard (try? await clock.sleep(until: deadline)) != nil else { return }
                    self.raise()
                }
            }
            await self.wait()
            group.cancelAll()
        }
        return !Task.isCancelled
    }

    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDue = self.state.withLock { state in
                    if state.isRaised || state.isCancelled {
                        state.isRaised = false
                        return true
                    }
                    state.waiter = continuation
                    return false
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            let waiter = self.state.withLock { state in
                state.isCancelled = true
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume()
        }
    }
}
