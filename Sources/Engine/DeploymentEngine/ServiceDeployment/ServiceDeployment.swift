package import Model

/// One deployment of a service by Amazon ECS itself, as a value that decides and never acts: rolling, blue/green, linear or
/// canary, with hooks, pauses, alarms and the way back.
///
/// It is driven like a ``CodeDeployDeployment``: each thing that happens is one method, which changes the value and returns a
/// ``Step``. Whoever drives it commits the value first and performs its `outstandingCommands` after that, so that a crash
/// between any two lines is harmless.
///
/// The driver's duties:
/// - **Commands**: an attempt's result, good or bad, is always reported; repeating is the value's business.
///   `inspectTraffic` reports by `trafficInspected`, `invokeHook` by `hookAnswered`, all others by `commandSucceeded`. Calls of
///   hooks may take minutes and run beside each other; all others come one at a time.
/// - **Timers**: call `timerFired` when a deadline of `timers` has come. Too early, stale or repeated calls do nothing.
/// - **Sightings**: report how every revision of `watchedRevisions` is whenever that changes, and after a restart.
/// - **Alarms**: while `watchedAlarms` is not empty, report by `alarmsSeen` which of them ring, soon and again and again.
/// - **Order**: one deployment of a service is active at a time. A newer one is `start`ed when the one before, told by
///   `superseded`, has ended.
///
/// Every event may come late, twice or after the end; an event that no longer matters gives an empty step.
package struct ServiceDeployment: Equatable, Sendable, Codable {
    enum State: Equatable, Sendable, Codable {
        /// Accepted. Left by `start`.
        case pending
        /// On one leg of its way, there or back.
        case running(StageRun)
        /// Turned around or given up, while a call is still under way.
        case halting(Halt)
        case ended(Ending)
    }

    /// Where the deployment is going.
    enum Course: Equatable, Sendable, Codable {
        case forward
        /// Back to the source revision.
        case back(Cause)
    }

    enum Ending: Equatable, Sendable, Codable {
        case successful(at: Timestamp)
        case stopped(Cause, at: Timestamp)
        case rolledBack(Cause, at: Timestamp)
        /// What kept it from getting back.
        case rollbackFailed(Cause, because: String, at: Timestamp)
    }

    package let id: ID
    package let plan: Plan
    package let createdAt: Timestamp
    var state: State = .pending
    var course: Course = .forward
    var record = Record()
    var serials = Serials()

    package init(id: ID, plan: Plan, createdAt now: Timestamp) {
        self.id = id
        self.plan = plan
        self.createdAt = now
    }
}

/// How long a deployment by Amazon ECS waits for work, before the time scale (ECS developer guide, service deployments).
enum ServiceDeploymentLimit {
    /// For one command, all attempts together.
    static let command = Duration.minutes(5)
    /// For the tasks of a stage.
    static let stage = Duration.hours(24)
    /// From the start to the end.
    static let deployment = Duration.hours(24 * 30)
    /// Until a hook that says IN_PROGRESS without a delay is asked again.
    static let callBack = Duration.seconds(30)
    /// The source revision must be able to serve before it gets its traffic back.
    static let unhealthySource = Duration.minutes(60)
    /// An attempt under way ends by itself in 30 s; real time, never scaled.
    static let settling = Duration.seconds(60)
}
