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

    /// A store that cannot be read or written is asked again, with growing pauses; nothing is lost by it.
    package func run() async throws {
        let running = RunningInvocations()
        let wake = WakeSignal()
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await wake.follow(self.store.changes.watch([.invocations])) }
                var failures = 0
                var next: Timestamp?
                repeat {
                    let now = self.clock.now()
                    do {
                        for invocation in try await self.due(at: now, except: running.ids) {
                            running.insert(invocation.requestID)
                            group.addTask {
                                // One that was interrupted waits for the next server.
                                guard await self.attempt(invocation) else { return }
                                running.remove(invocation.requestID)
                                wake.raise()
                            }
                        }
                        next = try await self.store.read { try $0.nextInvocationTime(after: now) }
                        failures = 0
                    } catch {
                        failures += 1
                        next =
                            now + self.pause(afterFailure: failures, "asynchronous invocations cannot be read", error)
                    }
                } while await wake.wait(until: next, self.clock)
                group.cancelAll()
            }
        }
    }

    private func due(at now: Timestamp, except running: Set<String>) async throws -> [StoredInvocation] {
        let room = max(0, Self.maximumRunning - running.count)
        return try await self.store.read { try $0.dueInvocations(at: now, except: running, limit: room) }
    }

    /// One second after the first failure of the store in a row, doubled up to a minute. Says nothing of a cancelled read.
    private func pause(
        afterFailure failures: Int, _ message: Logger.Message, _ error: any Error, metadata: Logger.Metadata = [:]
    ) -> Duration {
        if !Task.isCancelled {
            self.logger.error(message, metadata: metadata.merging(["error": "\(error)"]) { $1 })
        }
        return .seconds(min(60, 1 << min(failures - 1, 6)))
    }

    // MARK: One attempt

    private enum Attempt {
        case succeeded
        case functionError
        /// Throttled, or a fault of ours.
        case postponed
        /// There is nothing left to run.
        case gone
        /// The server stops. What the function would have said is not known.
        case interrupted
    }

    /// - Returns: `false` where the server stops: the invocation stays in the store as it is.
    private func attempt(_ invocation: StoredInvocation) async -> Bool {
        do {
            let policy = try await self.persistently(invocation) { try await self.policy(for: invocation) }
            guard !policy.isExpired(acceptedAt: invocation.acceptedAt, at: self.clock.now()) else {
                self.logger.warning(
                    "asynchronous invocation expired", metadata: ["request.id": "\(invocation.requestID)"])
                try await self.persistently(invocation) { try await self.record(.gone, of: invocation, policy) }
                return true
            }
            let attempt = await self.run(invocation)
            CrashPoint.reached("lambda.after-attempt")
            if case .interrupted = attempt { return false }
            // Only this is done again where the store fails: the function has run.
            try await self.persistently(invocation) { try await self.record(attempt, of: invocation, policy) }
            return true
        } catch {
            // Cancelled.
            return false
        }
    }

    /// Does it again, with growing pauses, until the store works.
    /// - Throws: `CancellationError` when the server stops first.
    private func persistently<Value>(_ invocation: StoredInvocation, _ body: () async throws -> Value) async throws
        -> Value
    {
        var failures = 0
        while true {
            do {
                return try await body()
            } catch {
                try Task.checkCancellation()
                failures += 1
                let pause = self.pause(
                    afterFailure: failures, "asynchronous invocation could not be recorded", error,
                    metadata: ["request.id": "\(invocation.requestID)"])
                try await self.clock.sleep(for: pause)
            }
        }
    }

    private func run(_ invocation: StoredInvocation) async -> Attempt {
        do {
            let reference = try FunctionReference(invocation.name, qualifier: invocation.qualifier)
            let (outcome, _) = try await self.runner.run(
                reference, in: invocation.scope,
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
        } catch is InvocationInterrupted {
            return .interrupted
        } catch {
            if Task.isCancelled { return .interrupted }
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
        case .interrupted:
            return
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
