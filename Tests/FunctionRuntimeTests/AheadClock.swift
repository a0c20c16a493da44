import Model
import Synchronization

/// The machine's clock, ahead of it by as much as a test says.
final class AheadClock: WallClock {
    private let ahead = Mutex(Duration.zero)
    private let machine = SystemWallClock()

    func advance(by amount: Duration) { self.ahead.withLock { $0 += amount } }

    func now() -> Timestamp { self.machine.now() + self.ahead.withLock { $0 } }

    func sleep(until deadline: Timestamp) async throws {
        try await self.machine.sleep(until: deadline - self.ahead.withLock { $0 })
    }
}
