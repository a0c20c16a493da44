import Model
import Synchronization

/// A clock that moves only when told to: to an amount, or to whatever somebody sleeps until next.
final class SteppingClock: WallClock {
    private struct Sleeper {
        let id: Int
        let deadline: Timestamp
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now: Timestamp
        var nextID = 0
        var sleepers: [Sleeper] = []
        var cancelled: Set<Int> = []
        /// Hears of every new sleeper while the clock runs free.
        var arrival: AsyncStream<Void>.Continuation?
    }

    private let state: Mutex<State>

    init(_ now: Timestamp) { self.state = Mutex(State(now: now)) }

    func now() -> Timestamp { self.state.withLock { $0.now } }

    func sleep(until deadline: Timestamp) async throws {
        let id = self.state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result = self.state.withLock { state -> Result<Void, any Error>? in
                    if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
                    if deadline <= state.now { return .success(()) }
                    state.sleepers.append(Sleeper(id: id, deadline: deadline, continuation: continuation))
                    return nil
                }
                if let result { continuation.resume(with: result) } else { self.state.withLock { $0.arrival }?.yield() }
            }
        } onCancel: {
            let sleeper = self.state.withLock { state -> Sleeper? in
                guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else {
                    state.cancelled.insert(id)
                    return nil
                }
                return state.sleepers.remove(at: index)
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    func advance(by duration: Duration) {
        self.wake { $0.now + duration }
    }

    /// Lets every sleep pass as soon as somebody waits for it, until cancelled.
    func runFree() async {
        let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.state.withLock { $0.arrival = arrival }
        arrival.yield()
        for await _ in arrivals {
            self.wake { $0.sleepers.map(\.deadline).min() ?? $0.now }
        }
    }

    private func wake(_ moment: (State) -> Timestamp) {
        let due = self.state.withLock { state in
            state.now = max(state.now, moment(state))
            let now = state.now
            defer { state.sleepers.removeAll { $0.deadline <= now } }
            return state.sleepers.filter { $0.deadline <= now }
        }
        for sleeper in due { sleeper.continuation.resume() }
    }
}
