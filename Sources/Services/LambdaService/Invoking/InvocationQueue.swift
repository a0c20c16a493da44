internal import FunctionRuntime
internal import Logging
internal import Model
internal import ServiceLifecycle
internal import Store
internal import Synchronization
internal import WireProtocol

/// Runs asynchronous invocations from the store. An invocation leaves the store only when it has come to its end, so that
/// one which a crash interrupts runs again, with its own request id.
package struct InvocationQueue: Service {
    private static let maximumRunning = 32

    let store: Store
    let runner: FunctionRunner
    let clock: any WallClock
    let logger: Logger

    /// Makes the invocation durable.
    func accept(_ invocation: Invocation, _ reference: FunctionReference, _ context: RequestContext) async throws {
        let now = self.clock.now()
        // A deployment's hook answers for itself: CodeDeploy waits for its callback, and a second run would be a second hook.
        let isHook = context.principal == .service("codedeploy.amazonaws.com")
        let stored = StoredInvocation(
            requestID: invocation.requestID, scope: context.scope, name: reference.name, qualifier: reference.qualifier,
            payload: invocation.payload, clientContext: invocation.clientContext, traceID: invocation.traceID,
            retriesOnError: isHook ? 0 : nil, acceptedAt: now, nextAttemptAt: now)
        try await self.store.write { try $0.insert(stored) }
        CrashPoint.reached("lambda.after-accept")
    }

    package func run() async throws {
        let running = RunningInvocations()
        let (finished, finishedContinuation) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        try await cancelWhenGracefulShutdown {
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask {
                    for await _ in self.store.changes.watch([.invocations]) { finishedContinuation.yield() }
                }
                var alarm: Task<Void, Never>?
                for await _ in finished {
                    let now = self.clock.now()
                    let busy = running.ids
                    let due = try await self.store.read {
                        try $0.dueInvocations(at: now, except: busy, limit: max(0, Self.maximumRunning - busy.count))
                    }
                    for invocation in due {
                        running.insert(invocation.requestID)
                        group.addTask {
                            await self.attempt(invocation)
                            running.remove(invocation.requestID)
                            finishedContinuation.yield()
                        }
                    }
                    alarm?.cancel()
                    alarm = nil
                    if let next = try await self.store.read({ try $0.nextInvocationTime(after: now) }) {
                        // Cancelled when the next look finds an earlier time.
                        alarm = Task {
                            if (try? await self.clock.sleep(until: next)) != nil { finishedContinuation.yield() }
                        }
                    }
                }
                alarm?.cancel()
                group.cancelAll()
            }
        }
    }

    // MARK: One attempt

    private enum Attempt {
        case succeeded
        case functionError
        /// Throttled, or a fault of ours.
        case postponed
        /// There is nothing left to run.
        case gone
    }

    private func attempt(_ invocation: StoredInvocation) async {
        do {
            let policy = try await self.policy(for: invocation)
            guard !policy.isExpired(acceptedAt: invocation.acceptedAt, at: self.clock.now()) else {
                self.logger.warning(
                    "asynchronous invocation expired", metadata: ["request.id": "\(invocation.requestID)"])
                return try await self.store.write { try $0.deleteInvocation(requestID: invocation.requestID) }
            }
            let attempt = await self.run(invocation)
            CrashPoint.reached("lambda.after-attempt")
            try await self.record(attempt, of: invocation, policy)
        } catch {
            // The store failed: the invocation is still in it, and due.
            self.logger.error(
                "asynchronous invocation could not be recorded",
                metadata: ["request.id": "\(invocation.requestID)", "error": "\(error)"])
        }
    }

    private func run(_ invocation: StoredInvocation) async -> Attempt {
        do {
            let reference = try FunctionReference(invocation.name, qualifier: invocation.qualifier)
            let resolved = try await self.runner.resolve(reference, in: invocation.scope)
            let outcome = try await self.runner.run(
                resolved,
                Invocation(
                    requestID: invocation.requestID, payload: invocation.payload,
                    functionARN: reference.arn(in: invocation.scope).description,
                    clientContext: invocation.clientContext,
                    traceID: invocation.traceID))
            switch outcome.result {
            case .returned: return .succeeded
            case .failed: return .functionError
            }
        } catch let error as AWSError where error.status == 404 {
            return .gone
        } catch {
            self.logger.warning(
                "asynchronous invocation postponed",
                metadata: [
                    "request.id": "\(invocation.requestID)", "function": "\(invocation.name)", "error": "\(error)",
                ])
            return .postponed
        }
    }

    private func record(_ attempt: Attempt, of invocation: StoredInvocation, _ policy: RetryPolicy) async throws {
        var next = invocation
        let decision: RetryPolicy.Decision
        let now = self.clock.now()
        switch attempt {
        case .succeeded, .gone:
            decision = .giveUp
        case .functionError:
            next.failures += 1
            next.postponements = 0
            decision = policy.afterFunctionError(failures: next.failures, acceptedAt: invocation.acceptedAt, at: now)
        case .postponed:
            next.postponements += 1
            decision = policy.afterPostponement(
                postponements: next.postponements, acceptedAt: invocation.acceptedAt, at: now)
        }
        switch decision {
        case .giveUp:
            try await self.store.write { try $0.deleteInvocation(requestID: invocation.requestID) }
        case .retry(let time):
            next.nextAttemptAt = time
            let postponed = next
            try await self.store.write { try $0.postpone(postponed) }
        }
    }

    private func policy(for invocation: StoredInvocation) async throws -> RetryPolicy {
        let config = try await self.store.read {
            try $0.eventInvokeConfig(
                region: invocation.scope.region, name: invocation.name,
                qualifier: invocation.qualifier ?? FunctionRecord.latest)
        }
        return RetryPolicy(
            retriesOnError: invocation.retriesOnError ?? config?.maximumRetries ?? RetryPolicy.standardRetries,
            maximumAge: config?.maximumAge.map { .seconds($0) } ?? RetryPolicy.standardMaximumAge)
    }
}

/// The request ids of the attempts that run now.
private final class RunningInvocations: Sendable {
    private let set = Mutex<Set<String>>([])

    var ids: Set<String> { self.set.withLock { $0 } }
    func insert(_ id: String) { self.set.withLock { _ = $0.insert(id) } }
    func remove(_ id: String) { self.set.withLock { _ = $0.remove(id) } }
}
