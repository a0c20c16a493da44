package import Model

/// The life of one execution environment: starting its process, one invocation at a time, deadlines, crashes.
///
/// Pure: time is an argument, processes are known by a number that grows with each start, timers by theirs. What a stale
/// process or timer reports is ignored. Source: Lambda's Runtime API and its execution environment's life cycle.
package struct EnvironmentMachine: Equatable, Sendable {
    /// An invocation inside the environment.
    package struct Run: Equatable, Sendable {
        let invocation: Invocation
        let startedAt: Timestamp
        let deadline: Timestamp
        /// How long the init phase before it took; `nil` where there was none.
        let initDuration: Duration?
    }

    private enum State: Equatable {
        /// The first process starts, outside the function's time-out. Left by its first `next`, or when init fails.
        case initializing(Invocation, startedAt: Timestamp, reportedError: String?)
        /// A process starts within an invocation, because init failed or the last process is gone.
        case restarting(Run)
        /// The process waits in `next`.
        case idle
        /// No process; the next invocation starts one.
        case stopped
        case invoking(Run)
        /// The result is in, and the process has not asked for more yet. One more invocation may wait for that.
        case finishing(queued: Invocation?)
        case ended
    }

    package enum Action: Equatable, Sendable {
        case startProcess(Int)
        case killProcess(Int)
        case wake(timer: Int, at: Timestamp)
        /// Hand the invocation to the process that waits in `next`.
        case deliver(Invocation, deadline: Timestamp)
        /// Take all that the process has written so far, so that it stands before the lines that follow.
        case drainOutput
        case log(PlatformLine)
        case complete(requestID: String, InvocationResult)
        /// The environment takes no more invocations; let go of all it has.
        case end
    }

    /// An answer to the runtime, and what follows from the event.
    package struct Reaction: Equatable, Sendable {
        package enum Answer: Equatable, Sendable {
            case accepted
            /// No such invocation, or it is over (400 `InvalidRequestID`).
            case unknownRequest
            /// Not allowed in this phase (403).
            case forbidden
        }

        package let answer: Answer
        package let actions: [Action]
    }

    package static let initLimit: Duration = .seconds(10)

    private var state: State = .stopped
    private var hasStarted = false
    private var retires = false
    private var process = 0
    private var timer = 0
    private let timeout: Duration
    private let version: String

    package init(timeout: Duration, version: String) {
        self.timeout = timeout
        self.version = version
    }

    /// How readily the environment takes an invocation.
    package enum Availability: Comparable, Sendable {
        /// It waits for one.
        case ready
        /// Its process has to be started first.
        case cold
        /// It is about to be ready.
        case finishing
        case busy
    }

    package var availability: Availability {
        guard !self.retires else { return .busy }
        switch self.state {
        case .idle: return .ready
        case .stopped: return .cold
        case .finishing(queued: nil): return .finishing
        case .initializing, .restarting, .invoking, .finishing, .ended: return .busy
        }
    }

    package var hasEnded: Bool { self.state == .ended }

    // MARK: Invocations

    /// - Returns: `nil` where the environment is busy.
    package mutating func invoke(_ invocation: Invocation, at now: Timestamp) -> [Action]? {
        guard !self.retires else { return nil }
        switch self.state {
        case .idle:
            return self.begin(invocation, initDuration: nil, at: now)
        case .stopped where !self.hasStarted:
            self.hasStarted = true
            self.state = .initializing(invocation, startedAt: now, reportedError: nil)
            return [.log(.initStart), self.nextProcess(), self.nextTimer(at: now + Self.initLimit)]
        case .stopped:
            return self.restart(invocation, at: now)
        case .finishing(queued: nil):
            self.state = .finishing(queued: invocation)
            return []
        case .initializing, .restarting, .invoking, .finishing, .ended:
            return nil
        }
    }

    /// The process asks for work.
    package mutating func nextRequested(by process: Int, at now: Timestamp) -> [Action] {
        guard process == self.process else { return [] }
        switch self.state {
        case .initializing(let invocation, let startedAt, _):
            return self.begin(invocation, initDuration: now - startedAt, at: now)
        case .restarting(let run):
            self.state = .invoking(run)
            return [.deliver(run.invocation, deadline: run.deadline)]
        case .finishing(let queued?):
            return self.begin(queued, initDuration: nil, at: now)
        case .finishing(queued: nil):
            guard !self.retires else { return self.end() }
            self.state = .idle
            return []
        case .idle, .stopped, .invoking, .ended:
            // A second poll waits beside the first.
            return []
        }
    }

    package mutating func responsePosted(
        for requestID: String, _ body: [UInt8], by process: Int, at now: Timestamp
    ) -> Reaction {
        guard body.count <= FunctionFailure.maximumResponseSize else {
            let failure = FunctionFailure.responseTooLarge
            return self.posted(
                requestID, .failed(failure.payload(requestID: requestID)), status: .error(type: failure.errorType),
                by: process, at: now)
        }
        return self.posted(requestID, .returned(body), status: nil, by: process, at: now)
    }

    /// The handler failed; the process goes on.
    package mutating func errorPosted(
        for requestID: String, _ body: [UInt8], type: String, by process: Int, at now: Timestamp
    ) -> Reaction {
        self.posted(requestID, .failed(body), status: .error(type: type), by: process, at: now)
    }

    /// The function could not be loaded; the process will exit.
    package mutating func initErrorPosted(_ body: [UInt8], type: String, by process: Int, at now: Timestamp) -> Reaction
    {
        guard process == self.process else { return Reaction(answer: .forbidden, actions: []) }
        switch self.state {
        case .initializing(let invocation, let startedAt, _):
            self.state = .initializing(invocation, startedAt: startedAt, reportedError: type)
            return Reaction(answer: .accepted, actions: [])
        case .restarting(let run):
            let actions = self.stopProcess(
                finishing: run, .failed(body), explanation: [], status: .error(type: type), at: now)
            return Reaction(answer: .accepted, actions: actions)
        case .idle, .stopped, .invoking, .finishing, .ended:
            return Reaction(answer: .forbidden, actions: [])
        }
    }

    // MARK: Processes and time

    package mutating func processExited(_ process: Int, _ end: ProcessEnd, at now: Timestamp) -> [Action] {
        self.processGone(process, failure: .exited(end), at: now)
    }

    package mutating func processDidNotStart(_ process: Int, reason: String, at now: Timestamp) -> [Action] {
        self.processGone(process, failure: .notStarted(reason), at: now)
    }

    package mutating func timerFired(_ timer: Int, at now: Timestamp) -> [Action] {
        // A timer that a later one has replaced.
        guard timer == self.timer else { return [] }
        switch self.state {
        case .initializing(let invocation, let startedAt, _):
            return [
                .killProcess(self.process), .drainOutput,
                .log(.initReport(duration: now - startedAt, status: .timeout)),
            ]
                + self.restart(invocation, at: now)
        case .restarting(let run), .invoking(let run):
            let failure = FunctionFailure.timedOut(limit: self.timeout)
            let requestID = run.invocation.requestID
            return self.stopProcess(
                finishing: run, .failed(failure.payload(requestID: requestID)),
                explanation: [.log(.failure(failure, requestID: requestID, at: now))], status: .timeout, at: now)
        case .finishing(let queued):
            let kill = Action.killProcess(self.process)
            self.state = .stopped
            if let queued { return [kill] + self.restart(queued, at: now) }
            return self.retires ? self.end() : [kill]
        case .idle, .stopped, .ended:
            return []
        }
    }

    /// No more invocations; ends as soon as the running one is done.
    package mutating func retire() -> [Action] {
        self.retires = true
        switch self.state {
        case .idle, .stopped: return self.end()
        case .initializing, .restarting, .invoking, .finishing, .ended: return []
        }
    }

    /// Ends at once. An invocation that runs is not completed: whoever waits learns it from the environment's end.
    package mutating func stop() -> [Action] {
        switch self.state {
        case .ended: return []
        case .initializing, .restarting, .idle, .stopped, .invoking, .finishing: return self.end()
        }
    }

    // MARK: Steps

    private mutating func begin(_ invocation: Invocation, initDuration: Duration?, at now: Timestamp) -> [Action] {
        let run = Run(
            invocation: invocation, startedAt: now, deadline: now + self.timeout, initDuration: initDuration)
        self.state = .invoking(run)
        return [
            .drainOutput, .log(.start(requestID: invocation.requestID, version: self.version)),
            self.nextTimer(at: run.deadline), .deliver(invocation, deadline: run.deadline),
        ]
    }

    private mutating func restart(_ invocation: Invocation, at now: Timestamp) -> [Action] {
        let run = Run(invocation: invocation, startedAt: now, deadline: now + self.timeout, initDuration: nil)
        self.state = .restarting(run)
        return [
            .log(.start(requestID: invocation.requestID, version: self.version)), self.nextProcess(),
            self.nextTimer(at: run.deadline),
        ]
    }

    private mutating func posted(
        _ requestID: String, _ result: InvocationResult, status: PlatformLine.FailureStatus?, by process: Int,
        at now: Timestamp
    ) -> Reaction {
        guard process == self.process else { return Reaction(answer: .unknownRequest, actions: []) }
        switch self.state {
        case .invoking(let run) where run.invocation.requestID == requestID:
            self.state = .finishing(queued: nil)
            return Reaction(
                answer: .accepted, actions: self.conclusion(of: run, result, explanation: [], status: status, at: now))
        case .initializing, .restarting, .idle, .stopped, .invoking, .finishing, .ended:
            return Reaction(answer: .unknownRequest, actions: [])
        }
    }

    private mutating func processGone(_ process: Int, failure: FunctionFailure, at now: Timestamp) -> [Action] {
        guard process == self.process else { return [] }
        switch self.state {
        case .initializing(let invocation, let startedAt, let reportedError):
            let status = PlatformLine.FailureStatus.error(type: reportedError ?? failure.errorType)
            return [.drainOutput, .log(.initReport(duration: now - startedAt, status: status))]
                + self.restart(invocation, at: now)
        case .restarting(let run), .invoking(let run):
            let requestID = run.invocation.requestID
            return self.stopProcess(
                finishing: run, .failed(failure.payload(requestID: requestID)),
                explanation: [.log(.failure(failure, requestID: requestID, at: now))],
                status: .error(type: failure.errorType), at: now)
        case .finishing(let queued?):
            return [.drainOutput] + self.restart(queued, at: now)
        case .finishing(queued: nil), .idle:
            self.state = .stopped
            return self.retires ? self.end() : [.drainOutput]
        case .stopped, .ended:
            return []
        }
    }

    private mutating func stopProcess(
        finishing run: Run, _ result: InvocationResult, explanation: [Action], status: PlatformLine.FailureStatus,
        at now: Timestamp
    ) -> [Action] {
        self.state = .stopped
        let actions =
            [.killProcess(self.process)]
            + self.conclusion(of: run, result, explanation: explanation, status: status, at: now)
        return self.retires ? actions + self.end() : actions
    }

    private func conclusion(
        of run: Run, _ result: InvocationResult, explanation: [Action], status: PlatformLine.FailureStatus?,
        at now: Timestamp
    ) -> [Action] {
        let requestID = run.invocation.requestID
        let report = PlatformLine.Report(
            requestID: requestID, duration: now - run.startedAt, initDuration: run.initDuration, status: status)
        return [.drainOutput] + explanation
            + [.log(.end(requestID: requestID)), .log(.report(report)), .complete(requestID: requestID, result)]
    }

    private mutating func end() -> [Action] {
        self.state = .ended
        return [.killProcess(self.process), .drainOutput, .end]
    }

    private mutating func nextProcess() -> Action {
        self.process += 1
        return .startProcess(self.process)
    }

    private mutating func nextTimer(at deadline: Timestamp) -> Action {
        self.timer += 1
        return .wake(timer: self.timer, at: deadline)
    }
}
