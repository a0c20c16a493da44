internal import NIOCore
internal import Synchronization

/// The body of one request between its connection, which brings parts, and the call that takes them one after the other.
/// Holds little more than `enough`: the connection is asked to stop reading then.
final class BodyIntake: Sendable {
    /// Bytes that wait to be taken.
    static let enough = 1 << 20

    /// The connection ended before the body did.
    struct ConnectionEnded: Error {}

    private struct State {
        var parts: [ByteBuffer] = []
        var waitingBytes = 0
        var outcome: Result<Void, any Error>?
        var isDiscarding = false
        var taker: CheckedContinuation<[UInt8]?, any Error>?
    }

    private let state = Mutex(State())
    /// Told when the call asks for bytes and none are there.
    private let wantsMore: @Sendable () -> Void

    init(wantsMore: @escaping @Sendable () -> Void) { self.wantsMore = wantsMore }

    // MARK: The connection's side

    func receive(_ part: ByteBuffer) {
        guard part.readableBytes > 0 else { return }
        let taker = self.state.withLock { state -> CheckedContinuation<[UInt8]?, any Error>? in
            guard !state.isDiscarding else { return nil }
            if let taker = state.taker {
                state.taker = nil
                return taker
            }
            state.parts.append(part)
            state.waitingBytes += part.readableBytes
            return nil
        }
        taker?.resume(returning: Array(buffer: part))
    }

    /// - Parameter outcome: a failure where the connection ended first.
    func end(_ outcome: Result<Void, any Error>) {
        let taker = self.state.withLock { state in
            if state.outcome == nil { state.outcome = outcome }
            defer { state.taker = nil }
            return state.taker
        }
        switch outcome {
        case .success: taker?.resume(returning: nil)
        case .failure(let error): taker?.resume(throwing: error)
        }
    }

    var isFull: Bool { self.state.withLock { $0.waitingBytes >= Self.enough } }

    /// What is here and what still comes is thrown away: the call has been answered.
    func discard() {
        self.state.withLock { state in
            state.isDiscarding = true
            state.parts = []
            state.waitingBytes = 0
        }
    }

    // MARK: The call's side

    private enum Step: Sendable {
        case part(ByteBuffer)
        case end(Result<Void, any Error>)
        case wait
    }

    /// The next part; `nil` at the end.
    func next() async throws -> [UInt8]? {
        switch self.state.withLock({ Self.step(&$0) }) {
        case .part(let part): return Array(buffer: part)
        case .end(let outcome):
            try outcome.get()
            return nil
        case .wait: break
        }
        self.wantsMore()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let step = self.state.withLock { state in
                    let step = Self.step(&state)
                    if case .wait = step { state.taker = continuation }
                    return step
                }
                switch step {
                case .part(let part): continuation.resume(returning: Array(buffer: part))
                case .end(.success): continuation.resume(returning: nil)
                case .end(.failure(let error)): continuation.resume(throwing: error)
                case .wait: break
                }
            }
        } onCancel: {
            self.end(.failure(CancellationError()))
        }
    }

    private static func step(_ state: inout State) -> Step {
        if !state.parts.isEmpty {
            let part = state.parts.removeFirst()
            state.waitingBytes -= part.readableBytes
            return .part(part)
        }
        return state.outcome.map { .end($0) } ?? .wait
    }
}
