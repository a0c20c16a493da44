package import Model

/// One CodeDeploy deployment of an ECS service, as a value that decides and never acts.
///
/// Each thing that happens is one method: a command's result, a sighting of a task set, a hook's report, a timer, a wish
/// of a user. It changes the value and returns a ``Step``: the commands that are to be performed now. Whoever drives it
/// keeps this order, so that a crash between any two lines is harmless:
///
/// ```swift
/// let step = try await store.write { transaction in
///     var deployment = try transaction.codeDeployDeployment(id)       // load
///     let step = deployment.timerFired(timer, at: clock.now())         // apply
///     try transaction.save(deployment, notices: step.notices)          // commit the value (its commands are in it) …
///     if case .rollback(let next) = step.successor { try transaction.insert(next) }    // … and its successor
///     return step
/// }
/// for command in deployment.outstandingCommands {                      // perform, one at a time, lowest number first
///     switch await perform(command) {                                  // … and feed the result back, as above
///     case .done: deployment.commandSucceeded(command.id, at: clock.now())
///     case .failed(let failure): deployment.commandFailed(command.id, failure, at: clock.now())
///     }
/// }
/// ```
///
/// The driver's duties:
/// - **Commands** of one deployment are performed one at a time. One attempt is one short call (at most 30 s) whose
///   result, good or bad, is always reported; repeating is the value's business, which asks again through
///   `outstandingCommands` (look there again after each event, and when a timer fires). After a restart, perform
///   `outstandingCommands` of every active deployment. `inspectService` reports by `serviceInspected`, `createTaskSet`
///   by `taskSetCreated`, all others by `commandSucceeded`.
/// - **Timers**: call `timerFired` when a deadline of `timers` has come; the earliest is `nextTimer`. Too early, stale or
///   repeated calls do nothing. After a restart the deadlines that have passed fire at once.
/// - **Sightings**: report what every task set in `watchedTaskSets` looks like whenever that changes, when the set
///   enters the list, and after a restart (`taskSetSeen`). The same sighting twice does nothing.
/// - **Successor**: insert it in the same transaction and `start` it like a new deployment.
///
/// Every event may come late, twice or after the end; an event that no longer matters gives an empty step.
package struct CodeDeployDeployment: Equatable, Sendable, Codable {
    package let id: ID
    package let plan: Plan
    package let createTime: Timestamp

    package init(id: ID, plan: Plan, createdAt now: Timestamp) {
        self.id = id
        self.plan = plan
        self.createTime = now
    }
}

extension CodeDeployDeployment {
    // MARK: Events

    /// Begins the work. A deployment that has begun already is left alone.
    package mutating func start(at now: Timestamp) -> Step { .nothing }

    package mutating func serviceInspected(_ id: CommandID, _ found: ServiceInspection, at now: Timestamp) -> Step { .nothing }

    package mutating func taskSetCreated(_ id: CommandID, _ taskSet: TaskSetID, at now: Timestamp) -> Step { .nothing }

    package mutating func commandSucceeded(_ id: CommandID, at now: Timestamp) -> Step { .nothing }

    package mutating func commandFailed(_ id: CommandID, _ failure: CommandFailure, at now: Timestamp) -> Step { .nothing }

    package mutating func taskSetSeen(_ id: TaskSetID, _ sighting: TaskSetSighting, at now: Timestamp) -> Step { .nothing }

    package mutating func timerFired(_ id: TimerID, at now: Timestamp) -> Step { .nothing }

    package mutating func alarmsActivated(_ names: [String], at now: Timestamp) -> Step { .nothing }

    /// PutLifecycleEventHookExecutionStatus. The first report of an execution counts.
    package mutating func hookReported(
        _ execution: HookExecutionID, _ outcome: HookOutcome, at now: Timestamp
    ) -> HookReportDecision { .unknownExecution }

    package mutating func continueRequested(_ wait: WaitType, at now: Timestamp) -> ContinueDecision { .notWaiting }

    /// StopDeployment. Where the group asks for a rollback on request, `rollback` need not.
    package mutating func stopRequested(rollback: Bool, at now: Timestamp) -> StopDecision { .alreadyCompleted }

    // MARK: What the driver needs

    package var outstandingCommands: [Command] { [] }
    package var timers: [Timer] { [] }
    package var nextTimer: Timer? { nil }
    package var watchedTaskSets: [TaskSetID] { [] }

    // MARK: What the API shows

    package var status: Status { .created }
    package var targetStatus: TargetStatus { .pending }
    package var lifecycleEvents: [LifecycleEventRecord] { [] }
    package var startTime: Timestamp? { nil }
    package var completeTime: Timestamp? { nil }
    package var lastUpdatedAt: Timestamp { self.createTime }
    package var errorInformation: ErrorInformation? { nil }
    package var rollbackInformation: RollbackInformation { .none }
    /// `instanceTerminationWaitTimeStarted`
    package var isTerminationWaitStarted: Bool { false }
    /// Blue first. Empty until the service has been inspected.
    package var taskSets: [TaskSetView] { [] }
    /// What is waited for now; `nil` once the deployment has ended.
    package var wait: Wait? { nil }
}
