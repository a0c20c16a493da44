/// How long one attempt of a command, or one look at the service, may take. The time is real, not the deployment's: a call
/// that hangs must hold up nobody.
package struct AttemptLimit: Sendable {
    /// What the deployments' machines count on (`CodeDeployDeployment` and `ServiceDeployment`, the driver's duties).
    package static let standard = AttemptLimit { try await Task.sleep(for: .seconds(30)) }

    private let sleep: @Sendable () async throws -> Void

    /// - Parameter sleep: returns when an attempt that began with it is to be cut.
    package init(sleep: @escaping @Sendable () async throws -> Void) { self.sleep = sleep }

    /// Returns only when the work has ended, cut or not, so that nothing of it is under way any more in this process.
    /// - Throws: `AttemptCut` where the limit came first, else what `work` throws.
    package func run<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let sleep = self.sleep
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await work() }
            group.addTask {
                try await sleep()
                return nil
            }
            guard let first = try await group.next(), let value = first else { throw AttemptCut() }
            return value
        }
    }
}

/// An attempt took longer than it may.
package struct AttemptCut: Error, CustomStringConvertible {
    package var description: String { "no answer within the time limit of one attempt" }
}
