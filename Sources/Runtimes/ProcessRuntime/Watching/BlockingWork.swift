internal import Dispatch

/// Runs blocking work (files, fork) on threads of its own, so that it never holds a thread of the cooperative pool.
struct BlockingWork: Sendable {
    private let queue = DispatchQueue(label: "teal.process-runtime", attributes: .concurrent)

    func callAsFunction<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            self.queue.async { continuation.resume(with: Swift.Result { try body() }) }
        }
    }

    /// For work that nobody waits for.
    func enqueue(_ body: @escaping @Sendable () -> Void) { self.queue.async(execute: body) }
}
