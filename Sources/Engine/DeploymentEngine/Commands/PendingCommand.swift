internal import Model

/// One command from its first attempt to its last. It is repeated under the same id, until it has succeeded, has been
/// refused, or `giveUp` has come.
struct PendingCommand<Command: Hashable & Sendable & Codable>: Equatable, Sendable, Codable {
    struct Attempt: Equatable, Sendable, Codable {
        /// 1 for the first.
        let number: Int
        /// What the attempt before failed with.
        let complaint: String?
    }

    enum State: Equatable, Sendable, Codable {
        /// The driver performs it, or will after a restart.
        case underway(Attempt)
        /// Failed for now; entered from `underway`, left when the timer fires.
        case pausing(Attempt, until: DeploymentTimer)
        /// Done or refused: nothing of it is under way any more.
        case over
    }

    enum FailureAction: Equatable, Sendable {
        case retry(at: Timestamp, reason: String)
        case giveUp
        case none
    }

    enum TimerAction: Equatable, Sendable {
        case perform(Command)
        case expire
        case none
    }

    let command: Command
    let giveUp: DeploymentTimer
    private(set) var state: State = .underway(Attempt(number: 1, complaint: nil))

    init(_ command: Command, giveUp: DeploymentTimer) {
        self.command = command
        self.giveUp = giveUp
    }

    mutating func failed(
        _ setback: CommandSetback, at now: Timestamp, serials: inout Serials
    ) -> FailureAction {
        switch self.state {
        case .underway(let attempt):
            switch setback {
            case .notYet(let reason):
                return self.pause(attempt, .milliseconds(500), reason: reason, at: now, serials: &serials)
            case .transient(let reason):
                let pause = min(Duration.seconds(1 << min(attempt.number - 1, 5)), .seconds(30))
                return self.pause(attempt, pause, reason: reason, at: now, serials: &serials)
            case .final:
                self.state = .over
                return .giveUp
            }
        case .pausing, .over:
            // The result of an attempt can be reported twice around a restart.
            return .none
        }
    }

    mutating func succeeded() { self.state = .over }

    mutating func timerFired(_ id: DeploymentTimerID, at now: Timestamp) -> TimerAction {
        if id == self.giveUp.id { return now >= self.giveUp.deadline ? .expire : .none }
        switch self.state {
        case .pausing(let attempt, let timer):
            guard timer.id == id, now >= timer.deadline else { return .none }
            self.state = .underway(attempt)
            return .perform(self.command)
        case .underway, .over:
            return .none
        }
    }

    /// The command, while the driver has it.
    var outstanding: [Command] {
        switch self.state {
        case .underway: [self.command]
        case .pausing, .over: []
        }
    }

    var timers: [DeploymentTimer] {
        switch self.state {
        case .underway: [self.giveUp]
        case .pausing(_, let timer): [timer, self.giveUp]
        case .over: []
        }
    }

    /// What the last attempt failed with.
    var complaint: String? {
        switch self.state {
        case .underway(let attempt), .pausing(let attempt, _): attempt.complaint
        case .over: nil
        }
    }

    private mutating func pause(
        _ attempt: Attempt, _ pause: Duration, reason: String, at now: Timestamp, serials: inout Serials
    ) -> FailureAction {
        let timer = DeploymentTimer(id: .init(number: serials.next()), deadline: now + pause)
        self.state = .pausing(Attempt(number: attempt.number + 1, complaint: reason), until: timer)
        return .retry(at: timer.deadline, reason: reason)
    }
}
