internal import Model
internal import Store
internal import Synchronization
internal import WorkloadRuntime

/// Lines between the reader of a container's output and their log group: what comes while a batch is stored makes the
/// next one. Holds a batch at most; then the reader waits.
final class LineBuffer: Sendable {
    private static let limit = 1000

    private struct State {
        var lines: [LogLine] = []
        var hasEnded = false
    }

    private let state = Mutex(State())
    private let filled = WakeSignal()
    private let drained = WakeSignal()
    private let clock: any WallClock

    init(clock: any WallClock) { self.clock = clock }

    /// - Throws: `CancellationError`.
    func add(_ line: LogLine) async throws {
        while self.state.withLock({ $0.lines.count >= Self.limit }) {
            guard await self.drained.wait(until: nil, self.clock) else { throw CancellationError() }
        }
        self.state.withLock { $0.lines.append(line) }
        self.filled.raise()
    }

    func end() {
        self.state.withLock { $0.hasEnded = true }
        self.filled.raise()
    }

    /// Everything that is there, at least one line; `nil` after the end.
    /// - Throws: `CancellationError`.
    func next() async throws -> [LogLine]? {
        while true {
            let (lines, hasEnded) = self.state.withLock { state in
                defer { state.lines = [] }
                return (state.lines, state.hasEnded)
            }
            if !lines.isEmpty {
                self.drained.raise()
                return lines
            }
            if hasEnded { return nil }
            guard await self.filled.wait(until: nil, self.clock) else { throw CancellationError() }
        }
    }
}
