package import Model

extension ServiceDeployment {
    /// What an event led to. The new value and everything in here belong in one transaction.
    package struct Step: Equatable, Sendable {
        /// To perform after the commit, in this order; also in `outstandingCommands` until their results are in.
        package internal(set) var commands: [Command] = []
        /// What became different, in order: for the service's events and the receipt.
        package internal(set) var notices: [Notice] = []

        package static let nothing = Step()

        package init() {}
    }

    package enum Notice: Equatable, Sendable {
        case statusChanged(Status)
        case legBegan(Leg)
        /// Acknowledged by the load balancer.
        case productionTrafficServed(targetPermille: Int)
        case testTrafficServed(by: Side)
        case hookChanged(HookView)
        case migrationStarted(MigrationRun)
        case migrationSucceeded(MigrationRun)
        /// A command failed and will be tried again at `at`.
        case commandPostponed(CommandID, reason: String, at: Timestamp)
        /// It turned around, or gave up.
        case failed(Cause)
    }

    /// `ServiceDeploymentStatus`.
    package enum Status: String, Hashable, Sendable, Codable, CaseIterable {
        case pending = "PENDING"
        case inProgress = "IN_PROGRESS"
        case stopRequested = "STOP_REQUESTED"
        case stopped = "STOPPED"
        case rollbackRequested = "ROLLBACK_REQUESTED"
        case rollbackInProgress = "ROLLBACK_IN_PROGRESS"
        case rollbackSuccessful = "ROLLBACK_SUCCESSFUL"
        case rollbackFailed = "ROLLBACK_FAILED"
        case successful = "SUCCESSFUL"

        package var isActive: Bool {
            switch self {
            case .pending, .inProgress, .stopRequested, .rollbackRequested, .rollbackInProgress: true
            case .stopped, .rollbackSuccessful, .rollbackFailed, .successful: false
            }
        }
    }

    package enum StopType: String, Hashable, Sendable, Codable {
        case rollback = "ROLLBACK"
        /// Leaves weights and tasks as they are.
        case abort = "ABORT"
    }

    /// The answer to StopServiceDeployment.
    package enum StopDecision: Equatable, Sendable {
        /// Also where it was on its way back already: then the step is empty.
        case accepted(Step)
        /// ConflictException
        case alreadyEnded
    }

    package enum HookAction: String, Hashable, Sendable, Codable {
        case proceed = "CONTINUE"
        case rollback = "ROLLBACK"
    }

    /// The answer to ContinueServiceDeployment.
    package enum ContinueDecision: Equatable, Sendable {
        case accepted(Step)
        /// The hook is over, is no pause, or is none of this deployment.
        case notWaiting
        case alreadyEnded
    }
}
