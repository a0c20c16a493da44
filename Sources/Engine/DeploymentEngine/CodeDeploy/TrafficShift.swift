internal import Model

/// Moves production traffic to `destination` step by step, each only when the one before is served and the rest between
/// them is over, and only while the destination can serve.
struct TrafficShift: Equatable, Sendable, Codable {
    typealias Timer = CodeDeployDeployment.Timer

    /// Where the shift is on its way.
    enum Pace: Equatable, Sendable, Codable {
        /// The step is due, but the destination has no healthy target. Left when one is seen.
        case held(step: Int)
        /// The weights were requested and are not served yet.
        case moving(step: Int, CodeDeployDeployment.PendingCommand)
        /// The weights are served; the timer starts the next step.
        case resting(step: Int, until: Timer)
    }

    /// How the destination stands, which has nothing to do with the pace.
    enum Footing: Equatable, Sendable, Codable {
        case steady
        /// The shift goes on meanwhile; it fails when the timer fires.
        case unsteady(until: Timer)
    }

    enum SightingAction: Equatable, Sendable {
        case take(step: Int)
        case none
    }

    enum TimerAction: Equatable, Sendable {
        case take(step: Int)
        case fail
        case none
    }

    enum ServedAction: Equatable, Sendable {
        case rest
        case finish
    }

    let destination: CodeDeployDeployment.TaskSet
    /// The destination's share after each step, in percent.
    let steps: [Int]
    /// Between two steps, scaled.
    let interval: Duration
    /// How long the destination may be unsteady, scaled.
    let patience: Duration
    private(set) var pace: Pace = .held(step: 0)
    private(set) var footing: Footing = .steady

    init(to destination: CodeDeployDeployment.TaskSet, steps: [Int], interval: Duration, patience: Duration) {
        self.destination = destination
        self.steps = steps
        self.interval = interval
        self.patience = patience
    }

    /// Something was seen of the destination; to be called at the start, too.
    mutating func destinationSeen(
        _ health: CodeDeployDeployment.TaskSetHealth, at now: Timestamp, serials: inout Serials
    ) -> SightingAction {
        switch (self.footing, health.isSteady && health.canServe) {
        case (.steady, false):
            self.footing = .unsteady(until: Timer(id: .init(number: serials.next()), deadline: now + self.patience))
        case (.unsteady, true):
            self.footing = .steady
        case (.steady, true), (.unsteady, false):
            break
        }
        switch self.pace {
        case .held(let step): return health.canServe ? .take(step: step) : .none
        case .moving, .resting: return .none
        }
    }

    /// The step's weights were requested.
    mutating func requested(step: Int, _ pending: CodeDeployDeployment.PendingCommand) {
        self.pace = .moving(step: step, pending)
    }

    /// The step is due, but cannot be taken.
    mutating func hold(step: Int) { self.pace = .held(step: step) }

    /// The weights of a step are served.
    mutating func served(step: Int, at now: Timestamp, serials: inout Serials) -> ServedAction {
        guard step + 1 < self.steps.count else { return .finish }
        let timer = Timer(id: .init(number: serials.next()), deadline: now + self.interval)
        self.pace = .resting(step: step, until: timer)
        return .rest
    }

    mutating func timerFired(_ id: CodeDeployDeployment.TimerID, at now: Timestamp) -> TimerAction {
        switch self.footing {
        case .unsteady(let timer):
            if timer.id == id { return now >= timer.deadline ? .fail : .none }
        case .steady:
            break
        }
        switch self.pace {
        case .resting(let step, let timer):
            return timer.id == id && now >= timer.deadline ? .take(step: step + 1) : .none
        case .held, .moving:
            return .none
        }
    }

    var timers: [Timer] {
        var timers: [Timer] = []
        switch self.pace {
        case .held: break
        case .moving(_, let pending): timers += pending.timers
        case .resting(_, let timer): timers.append(timer)
        }
        switch self.footing {
        case .steady: break
        case .unsteady(let timer): timers.append(timer)
        }
        return timers
    }
}
