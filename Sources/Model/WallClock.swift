#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The clock of everything that has effects. Pure code never sees it: it is handed a `Timestamp`.
package protocol WallClock: Sendable {
    func now() -> Timestamp
    /// Returns when `now()` has reached `deadline`; throws `CancellationError` when the task is cancelled before.
    func sleep(until deadline: Timestamp) async throws
}

extension WallClock {
    package func sleep(for duration: Duration) async throws {
        try await self.sleep(until: self.now() + duration)
    }
}

/// The machine's own clock.
package struct SystemWallClock: WallClock {
    package init() {}

    package func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    package func sleep(until deadline: Timestamp) async throws {
        // The wall clock may be set while we sleep: look again at least every ten seconds.
        while true {
            let left = deadline - self.now()
            guard left > .zero else { return }
            try await Task.sleep(for: min(left, .seconds(10)))
        }
    }
}
