internal import Model
internal import Synchronization

/// Drives one `EnvironmentMachine`: processes, their Runtime API, the log stream and those who wait for results.
///
/// Events come from any thread; what follows from them is queued under the machine's lock and carried out by `run` alone,
/// one action after the other, so that the log has the order of the events.
final class ExecutionEnvironment: Sendable {
    struct Delivery: Sendable {
        let invocation: Invocation
        let deadline: Timestamp
        /// Differs between attempts with the same request id.
        let attemptID: String
    }

    /// What the environment is made of, besides its function.
    struct Resources: Sendable {
        let interpreter: Interpreter
        let credentials: FunctionCredentials
        let runtimeDirectory: String
        let temporaryDirectory: String
        let endpoint: String
        let clock: any WallClock
        let log: @Sendable (FunctionLogEvent) -> Void
    }

    private enum Work: Sendable {
        case machine(EnvironmentMachine.Action)
        /// The process wrote something while nothing else happened.
        case takeOutput
    }

    private struct State {
        var machine: EnvironmentMachine
        /// Polls of `next` that wait, oldest first.
        var polls: [(process: Int, continuation: AsyncStream<Delivery>.Continuation)] = []
        var callers: [String: CheckedContinuation<InvocationOutcome?, any Error>] = [:]
    }

    let function: FunctionSpecification
    let resources: Resources
    /// `2026/11/20/[$LATEST]2f0c…`.
    let logStream: String
    private let state: Mutex<State>
    private let work: AsyncStream<Work>
    private let workContinuation: AsyncStream<Work>.Continuation

    init(_ function: FunctionSpecification, _ resources: Resources) {
        self.function = function
        self.resources = resources
        let day = resources.clock.now().iso8601.prefix(10).split(separator: "-").joined(separator: "/")
        self.logStream = "\(day)/[\(function.version)]\(Identifiers.hex(32))"
        self.state = Mutex(State(machine: EnvironmentMachine(timeout: function.timeout, version: function.version)))
        (self.work, self.workContinuation) = AsyncStream.makeStream()
    }

    var availability: EnvironmentMachine.Availability { self.state.withLock { $0.machine.availability } }
    var hasEnded: Bool { self.state.withLock { $0.machine.hasEnded } }

    // MARK: Callers

    /// Runs one invocation to its end.
    /// - Returns: `nil` where the environment is busy.
    /// - Throws: `FunctionPoolError.stopped` where the environment ended before the invocation did; `CancellationError` as
    ///   soon as the caller is cancelled, while the function runs on.
    func invoke(_ invocation: Invocation) async throws -> InvocationOutcome? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { self.begin(invocation, for: $0) }
        } onCancel: {
            self.state.withLock { $0.callers.removeValue(forKey: invocation.requestID) }?
                .resume(throwing: CancellationError())
        }
    }

    private func begin(_ invocation: Invocation, for caller: CheckedContinuation<InvocationOutcome?, any Error>) {
        let now = self.resources.clock.now()
        let refusal = self.state.withLock { state -> Result<InvocationOutcome?, any Error>? in
            // Looked at under the lock: a later cancellation finds the caller.
            guard !Task.isCancelled else { return .failure(CancellationError()) }
            guard state.callers[invocation.requestID] == nil, let actions = state.machine.invoke(invocation, at: now)
            else { return .success(nil) }
            state.callers[invocation.requestID] = caller
            self.enqueue(actions)
            return nil
        }
        if let refusal { caller.resume(with: refusal) }
    }

    func retire() {
        self.state.withLock { self.enqueue($0.machine.retire()) }
    }

    // MARK: The runtime's calls

    /// Waits for an invocation; `nil` once the listener closes.
    func next(for process: Int) async -> Delivery? {
        let (stream, continuation) = AsyncStream.makeStream(of: Delivery.self)
        let now = self.resources.clock.now()
        self.state.withLock { state in
            state.polls.append((process, continuation))
            self.enqueue(state.machine.nextRequested(by: process, at: now))
        }
        for await delivery in stream { return delivery }
        return nil
    }

    func responsePosted(for requestID: String, _ body: [UInt8], by process: Int) -> EnvironmentMachine.Reaction.Answer {
        self.react { $0.responsePosted(for: requestID, body, by: process, at: $1) }
    }

    func errorPosted(
        for requestID: String, _ body: [UInt8], type: String, by process: Int
    ) -> EnvironmentMachine.Reaction.Answer {
        self.react { $0.errorPosted(for: requestID, body, type: type, by: process, at: $1) }
    }

    func initErrorPosted(_ body: [UInt8], type: String, by process: Int) -> EnvironmentMachine.Reaction.Answer {
        self.react { $0.initErrorPosted(body, type: type, by: process, at: $1) }
    }

    private func react(
        _ event: (inout EnvironmentMachine, Timestamp) -> EnvironmentMachine.Reaction
    ) -> EnvironmentMachine.Reaction.Answer {
        let now = self.resources.clock.now()
        return self.state.withLock { state in
            let reaction = event(&state.machine, now)
            self.enqueue(reaction.actions)
            return reaction.answer
        }
    }

    private func enqueue(_ actions: [EnvironmentMachine.Action]) {
        for action in actions { self.workContinuation.yield(.machine(action)) }
    }

    // MARK: Carrying out

    /// Lives until the environment has ended or the task is cancelled; then no process of it is left.
    func run() async {
        await withDiscardingTaskGroup { group in
            var process = FunctionProcess(clock: self.resources.clock)
            var journal = EnvironmentJournal(environment: self)
            var timer: Task<Void, Never>?
            work: for await work in self.work {
                switch work {
                case .takeOutput:
                    journal.append(process.takeOutput(includingUnfinished: false))
                case .machine(.drainOutput):
                    journal.append(process.takeOutput(includingUnfinished: true))
                case .machine(.startProcess(let id)):
                    let started = FunctionProcess(clock: self.resources.clock)
                    process = started
                    group.addTask { await self.live(started, id: id) }
                case .machine(.killProcess):
                    process.kill()
                case .machine(.wake(let id, let deadline)):
                    timer?.cancel()
                    timer = Task { await self.wake(id, at: deadline) }
                case .machine(.deliver(let invocation, let deadline)):
                    self.deliver(invocation, deadline: deadline)
                case .machine(.log(let line)):
                    journal.append(line, peakMemoryMB: process.measurePeakMemory())
                case .machine(.complete(let requestID, let result)):
                    let outcome = InvocationOutcome(result: result, logTail: journal.tail)
                    self.state.withLock { $0.callers.removeValue(forKey: requestID) }?.resume(returning: outcome)
                case .machine(.end):
                    break work
                }
            }
            timer?.cancel()
            process.kill()
            group.cancelAll()
        }
        self.abandon()
    }

    /// Ends without having run, or after: whoever still waits hears why.
    func abandon(_ error: any Error = FunctionPoolError.stopped) {
        let callers = self.state.withLock { state in
            _ = state.machine.stop()
            self.workContinuation.finish()
            defer { state.callers = [:] }
            return state.callers.values
        }
        for caller in callers { caller.resume(throwing: error) }
    }

    /// One process and its Runtime API, from the listener's start to the process's end.
    private func live(_ process: FunctionProcess, id: Int) async {
        let (ports, portContinuation) = AsyncStream.makeStream(of: Int.self)
        let end = await withTaskGroup(of: FunctionProcess.End?.self) { group in
            group.addTask {
                do {
                    try await RuntimeAPI(environment: self, process: id).run { portContinuation.yield($0) }
                    return nil
                } catch {
                    return .notStarted(reason: "the runtime API could not listen: \(error)")
                }
            }
            group.addTask {
                for await port in ports {
                    return await process.run(self.command(port: port)) { self.workContinuation.yield(.takeOutput) }
                }
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        let now = self.resources.clock.now()
        self.state.withLock { state in
            state.polls.removeAll { $0.process == id }
            switch end {
            case .ended(let end): self.enqueue(state.machine.processExited(id, end, at: now))
            case .notStarted(let reason): self.enqueue(state.machine.processDidNotStart(id, reason: reason, at: now))
            case nil: self.enqueue(state.machine.processDidNotStart(id, reason: "it was cancelled", at: now))
            }
        }
    }

    private func wake(_ timer: Int, at deadline: Timestamp) async {
        // Cancelled when a later timer takes its place.
        guard (try? await self.resources.clock.sleep(until: deadline)) != nil else { return }
        let now = self.resources.clock.now()
        self.state.withLock { self.enqueue($0.machine.timerFired(timer, at: now)) }
    }

    private func deliver(_ invocation: Invocation, deadline: Timestamp) {
        // The newest poll: an older one may belong to a connection that the runtime has given up.
        let poll = self.state.withLock { $0.polls.popLast() }
        poll?.continuation.yield(Delivery(invocation: invocation, deadline: deadline, attemptID: Identifiers.uuid()))
        poll?.continuation.finish()
    }

    private func command(port: Int) -> FunctionProcess.Command {
        let place = EnvironmentVariables.Place(
            runtimeAPI: "127.0.0.1:\(port)", logStream: self.logStream,
            runtimeDirectory: self.resources.runtimeDirectory,
            temporaryDirectory: self.resources.temporaryDirectory, endpoint: self.resources.endpoint,
            credentials: self.resources.credentials)
        let bootstrap = self.resources.runtimeDirectory
        let arguments: [String] =
            switch self.function.language {
            case .python: ["-u", "\(bootstrap)/bootstrap.py", self.function.handler]
            case .node: ["\(bootstrap)/bootstrap.mjs", self.function.handler]
            case .provided: []
            }
        return FunctionProcess.Command(
            path: self.resources.interpreter.path, arguments: arguments,
            environment: EnvironmentVariables.variables(
                of: self.function, at: place, inherited: HostEnvironment.passedOn),
            directory: self.function.taskRoot)
    }
}
