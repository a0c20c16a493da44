import Model
import Testing

@testable import DeploymentEngine

/// Drives one deployment through a world that obeys: commands work at once, tasks start at once, time jumps from timer to
/// timer. Tests say what is to go otherwise.
struct ServiceDeploymentPilot {
    typealias RevisionID = ServiceDeployment.RevisionID

    static let target = RevisionID(rawValue: "ecs-svc/2")
    static let source = RevisionID(rawValue: "ecs-svc/1")
    static let stray = RevisionID(rawValue: "ecs-svc/0")

    var deployment: ServiceDeployment
    var now = Timestamp(milliseconds: 1_000_000)
    var desiredCount = 3
    /// Tasks by revision.
    var tasks: [RevisionID: Int] = [:]
    var primary: RevisionID?
    var failedTasks = 0
    /// Whether the target's tasks ever get well.
    var isTargetWell = true
    /// What is seen of the migration task, once it has been started.
    var migrationEnd = MigrationSighting.stopped(exitCode: 0, isCutShort: false, reason: nil)
    /// Tasks of the migration that were started and have not ended.
    private(set) var isMigrating = false
    private(set) var migrations: Set<String> = []
    var isSplit = false
    var productionPermille = 0
    var isTestOnTarget = false
    /// What functions answer, by their name, first to last; the last one stays. None: SUCCEEDED.
    var answers: [String: [ServiceDeployment.HookAnswer]] = [:]
    var refusals: [String: ServiceDeployment.CommandFailure] = [:]

    private(set) var performed: [ServiceDeployment.Action] = []
    private(set) var notices: [ServiceDeployment.Notice] = []
    private(set) var calls: [String: Int] = [:]

    init(
        _ strategy: ServiceDeployment.Strategy, hooks: [ServiceDeployment.Hook] = [],
        traffic: ServiceDeployment.Traffic = .productionAndTest, bakeTime: Duration = .minutes(5),
        circuitBreaker: CircuitBreaker = CircuitBreaker(), alarms: ServiceDeployment.Alarms = .init(),
        migration: MigrationTask? = nil, timeScale: TimeScale = .realTime
    ) {
        self.deployment = ServiceDeployment(
            id: .init(rawValue: "d1"),
            plan: .init(
                target: Self.target, strategy: strategy, bakeTime: bakeTime, hooks: hooks,
                traffic: strategy == .rolling ? .none : traffic, circuitBreaker: circuitBreaker, alarms: alarms,
                migration: migration, timeScale: timeScale), createdAt: self.now)
        self.primary = Self.source
        self.tasks[Self.source] = 3
    }

    // MARK: Events

    mutating func apply(_ event: (inout ServiceDeployment, Timestamp) -> ServiceDeployment.Step) {
        let step = event(&self.deployment, self.now)
        self.notices += step.notices
    }

    mutating func start(strays: [RevisionID] = []) {
        let source = self.primary
        self.apply { $0.start(on: .init(source: source, strays: strays), at: $1) }
        self.sight()
    }

    mutating func stop(_ type: ServiceDeployment.StopType) {
        if case .accepted(let step) = self.deployment.stopRequested(type, at: self.now) { self.notices += step.notices }
    }

    mutating func sight() {
        if let task = self.deployment.watchedMigration {
            let end = self.migrationEnd
            if end != .live { self.isMigrating = false }
            self.apply { $0.migrationSeen(task, end, at: $1) }
        }
        for id in self.deployment.watchedRevisions {
            let count = self.tasks[id] ?? 0
            let isSource = id != Self.target
            let sighting = ServiceDeployment.RevisionSighting(
                isPrimary: self.primary == id, desiredCount: self.desiredCount, requestedCount: count,
                runningCount: count,
                pendingCount: 0, liveCount: count, isSteady: isSource || self.isTargetWell,
                failedTasks: isSource ? 0 : self.failedTasks,
                isRolledOut: self.primary == id && (isSource || self.isTargetWell))
            self.apply { $0.revisionSeen(id, sighting, at: $1) }
        }
    }

    /// Performs what is outstanding until nothing is.
    mutating func settle() {
        for _ in 0..<1000 {
            guard let command = self.deployment.outstandingCommands.first else { return }
            self.perform(command)
            self.sight()
        }
        Issue.record("commands never end: \(self.deployment.outstandingCommands)")
    }

    mutating func perform(_ command: ServiceDeployment.Command) {
        self.performed.append(command.action)
        if let refusal = self.refusals[command.action.gerund] {
            return self.apply { $0.commandFailed(command.id, refusal, at: $1) }
        }
        switch command.action {
        case .inspectTraffic:
            let isSplit = self.isSplit
            return self.apply { $0.trafficInspected(command.id, isSplit: isSplit, at: $1) }
        case .invokeHook(let invocation): return self.answer(command.id, invocation)
        case .startMigration:
            self.isMigrating = true
            self.migrations.insert("task-1")
            return self.apply { $0.migrationStarted(command.id, task: "task-1", at: $1) }
        case .stopMigration: self.isMigrating = false
        case .reconcile(let source, let retiring):
            self.productionPermille = 0
            self.primary = source
            for id in retiring { self.tasks[id] = 0 }
        case .scaleUp:
            self.primary = Self.target
            self.tasks[Self.target] = self.desiredCount
            if self.deployment.plan.strategy == .rolling, self.isTargetWell { self.tasks[Self.source] = 0 }
        case .setTestTraffic(let side): self.isTestOnTarget = side == .target
        case .setProductionTraffic(let permille, _): self.productionPermille = permille
        case .retire(let ids): for id in ids { self.tasks[id] = 0 }
        case .restore(let source): self.tasks[source] = self.desiredCount
        case .scaleDown(let source):
            self.primary = source
            self.tasks[Self.target] = 0
            self.tasks[source] = self.desiredCount
        }
        self.apply { $0.commandSucceeded(command.id, at: $1) }
    }

    private mutating func answer(_ id: ServiceDeployment.CommandID, _ invocation: ServiceDeployment.HookInvocation) {
        guard case .function(let name, _) = self.deployment.plan.hooks[invocation.hook].target else { return }
        let script = self.answers[name] ?? [.succeeded]
        let answer = script[min(self.calls[name, default: 0], script.count - 1)]
        self.calls[name, default: 0] += 1
        self.apply { $0.hookAnswered(id, answer, at: $1) }
    }

    /// Jumps to the next deadline.
    /// - Returns: whether there was one.
    mutating func tick() -> Bool {
        guard let timer = self.deployment.nextTimer else { return false }
        self.now = max(self.now, timer.deadline)
        self.apply { $0.timerFired(timer.id, at: $1) }
        return true
    }

    /// Until it has ended, or rests in a wait that `isWanted` names.
    mutating func run(until isWanted: (ServiceDeployment) -> Bool = { _ in false }) {
        for _ in 0..<10_000 {
            self.sight()
            self.settle()
            guard self.deployment.status.isActive, !isWanted(self.deployment) else { return }
            guard self.tick() else {
                Issue.record("\(self.deployment.state) waits for nothing")
                return
            }
        }
        Issue.record("the deployment never ends: \(self.deployment.state)")
    }

    // MARK: What came of it

    var legs: [ServiceDeployment.Leg] { self.deployment.legs.map(\.leg) }

    var shares: [Int] {
        self.performed.compactMap { action -> Int? in
            guard case .setProductionTraffic(let permille, _) = action else { return nil }
            return permille
        }
    }

    func invocations(of name: String) -> [ServiceDeployment.HookInvocation] {
        self.performed.compactMap {
            guard case .invokeHook(let invocation) = $0,
                case .function(name, _) = self.deployment.plan.hooks[invocation.hook].target
            else { return nil }
            return invocation
        }
    }

    /// The whole way, with every stage that can have one a hook: all of them functions named `hook`.
    static func hook(_ stages: [ServiceDeployment.HookStage], name: String = "hook") -> ServiceDeployment.Hook {
        .init(target: .function(arn: name, roleARN: nil), stages: stages)
    }

    static func pause(_ stage: ServiceDeployment.HookStage, _ action: ServiceDeployment.Hook.TimeoutAction = .rollback)
        -> ServiceDeployment.Hook
    {
        .init(target: .pause, stages: [stage], timeout: .hours(1), timeoutAction: action)
    }
}

extension ServiceDeployment {
    /// The number of the first pause that waits.
    var waitingPause: Int? { self.hookViews.last { $0.status == .awaitingAction }?.run }
}
