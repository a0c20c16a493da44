package import Model

extension CodeDeployDeployment {
    /// What an event led to. The new value and everything in here belong in one transaction.
    package struct Step: Equatable, Sendable {
        /// To perform after the commit, in this order; also in `outstandingCommands` until their results are in.
        package internal(set) var commands: [Command] = []
        /// What became different, in order: for the history, notifications and metrics.
        package internal(set) var notices: [Notice] = []
        /// A deployment that takes over. It is stored in the same transaction, so that the group is never without its
        /// active deployment in between, and then started like any other.
        package internal(set) var successor: Successor = .none

        package static let nothing = Step()

        package init() {}
    }

    package enum Successor: Equatable, Sendable {
        case none
        case rollback(CodeDeployDeployment)
    }

    package enum Notice: Equatable, Sendable {
        case statusChanged(Status)
        case lifecycleEventChanged(LifecycleEventRecord)
        /// Acknowledged by the load balancer.
        case productionTrafficServed(ProductionTraffic)
        case testTrafficServed(by: TargetGroupID)
        case migrationStarted(MigrationRun)
        case migrationSucceeded(MigrationRun)
        case taskSetCreated(TaskSet)
        case primaryTaskSetUpdated(TaskSetID)
        case taskSetDeleted(TaskSetID)
        /// A command failed and will be tried again at `at`.
        case commandPostponed(CommandID, reason: String, at: Timestamp)
    }

    package typealias Timer = DeploymentTimer
    package typealias TimerID = DeploymentTimerID

    /// The answer to ContinueDeployment.
    package enum ContinueDecision: Equatable, Sendable {
        case continued(Step)
        /// DeploymentIsNotInReadyStateException
        case notWaiting
        /// DeploymentAlreadyCompletedException
        case alreadyCompleted
    }

    package enum WaitType: Hashable, Sendable, Codable {
        case readyWait
        case terminationWait
    }

    /// The answer to StopDeployment.
    package enum StopDecision: Equatable, Sendable {
        /// Nothing was under way: it is stopped. The wire's `Succeeded`.
        case stopped(Step)
        /// It stops when the call under way has answered, or when traffic is back. The wire's `Pending`.
        case stopping(Step)
        /// DeploymentAlreadyCompletedException
        case alreadyCompleted
    }

    /// The answer to PutLifecycleEventHookExecutionStatus.
    package enum HookReportDecision: Equatable, Sendable {
        case accepted(Step)
        /// LifecycleEventAlreadyCompletedException
        case alreadyCompleted
        /// InvalidLifecycleEventHookExecutionIdException
        case unknownExecution
    }

    package enum HookOutcome: Hashable, Sendable, Codable {
        case succeeded
        case failed
    }
}
