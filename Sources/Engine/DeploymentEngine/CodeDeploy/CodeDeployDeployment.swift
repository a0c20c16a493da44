package import Model

/// One CodeDeploy deployment of an ECS service, as a value that decides and never acts.
///
/// Each thing that happens is one method: a command's result, a sighting of a task set, a hook's report, a timer, a
/// wish of a user. It changes the value and returns a ``Step``: the commands that are to be performed now. Whoever
/// drives it keeps this order, so that a crash between any two lines is harmless:
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
/// - **Commands** of one deployment group are performed one at a time: a rollback's wait for the call that the deployment
///   before it may still have under way. One attempt is one short call (at most 30 s) whose result, good or bad, is
///   always reported; repeating is the value's business, which asks again through `outstandingCommands` (look there
///   again after each event, and when a timer fires). After a restart, perform `outstandingCommands` of every active
///   deployment. `inspectService` reports by `serviceInspected`, `createTaskSet`
///   by `taskSetCreated`, all others by `commandSucceeded`.
/// - **Timers**: call `timerFired` when a deadline of `timers` has come; the earliest is `nextTimer`. Too early, stale or
///   repeated calls do nothing. After a restart the deadlines that have passed fire at once.
/// - **Sightings**: report what every task set in `watchedTaskSets` looks like whenever that changes, when the set
///   enters the list, and after a restart (`taskSetSeen`). The same sighting twice does nothing.
/// - **Alarms**: while `watchedAlarms` is not empty, report by `alarmsActivated` which of them ring, as soon as one does.
/// - **Successor**: insert it in the same transaction and `start` it like a new deployment.
///
/// Every event may come late, twice or after the end; an event that no longer matters gives an empty step.
package struct CodeDeployDeployment: Equatable, Sendable, Codable {
    enum State: Equatable, Sendable, Codable {
        /// Accepted. Left by `start`.
        case created
        /// Before the first lifecycle event.
        case preparing(Preparation)
        /// A hook event whose function runs. An event without a function never rests here.
        case runningHook(HookExecution)
        /// Install of a release.
        case installing(TaskSetInstallation)
        case allowingTestTraffic(PendingCommand)
        /// Between the test events and BeforeAllowTraffic, if the group asks for it. Left by ContinueDeployment, or
        /// stopped by the timer.
        case waitingForContinue(until: Timer)
        /// AllowTraffic until the last weight is served.
        case shiftingTraffic(TrafficShift)
        /// AllowTraffic after that: the set that serves now becomes PRIMARY.
        case updatingPrimary(PendingCommand, to: TaskSetID)
        /// Everything succeeded, blue still runs. Left by the timer or by ContinueDeployment.
        case waitingForTermination(until: Timer)
        /// What does not serve any more goes. From here there is no way back.
        case deletingSuperseded(TaskSetDeletion)
        /// Failed or stopped, and not at rest yet.
        case windingDown(WindDown)
        case ended(Ending)
    }

    enum Ending: Equatable, Sendable, Codable {
        case succeeded(at: Timestamp)
        case faulted(DeploymentFault, at: Timestamp, RollbackInformation)
    }

    package let id: ID
    package let plan: Plan
    package let createTime: Timestamp
    var state: State = .created
    var record: DeploymentRecord
    var serials = Serials()

    package init(id: ID, plan: Plan, createdAt now: Timestamp) {
        self.id = id
        self.plan = plan
        self.createTime = now
        self.record = DeploymentRecord(
            events: LifecycleEventName.inOrder(withTestListener: plan.hasTestListener), at: now)
        switch plan.purpose {
        case .release: break
        case .rollback(let rollback): self.record.servedPercent = rollback.replacementPercent
        }
    }
}

/// How long the deployment waits for work, before the time scale.
enum DeploymentLimit {
    /// For one command, all attempts together: no event may take longer to get going.
    static let command = Duration.minutes(5)
    static let install = Duration.minutes(60)
    static let hookReport = Duration.hours(1)
    /// Green may be unsteady during a shift.
    static let unsteadyReplacement = Duration.minutes(5)
    /// A rollback waits for blue to be healthy again.
    static let unhealthyOriginal = Duration.minutes(60)
    /// An attempt under way ends by itself in 30 s; real time, never scaled.
    static let settling = Duration.seconds(60)
}
