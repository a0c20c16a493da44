package import Model

/// A service as its owner wants it, and the revisions that its tasks belong to.
package struct DesiredService: Hashable, Sendable {
    package enum Controller: Hashable, Sendable {
        /// The ECS controller: the primary revision replaces the others within these limits.
        case rolling(minimumHealthyPercent: Int, maximumPercent: Int)
        /// CODE_DEPLOY and EXTERNAL: each task set has a count of its own.
        case taskSets
    }

    package var controller: Controller
    package var desiredCount: Int
    /// Being deleted: every task goes.
    package var isDraining: Bool
    /// A deployment of the ECS controller is under way: until it has ended the service is not steady, whatever its tasks are.
    package var isDeploying: Bool
    /// For so long after a task's start, verdicts of unhealth are ignored.
    package var healthCheckGracePeriod: Duration
    /// How long a task without any health check must run to count as healthy.
    package var settlingTime: Duration
    package var revisions: [Revision]
    /// When the service last reached its steady state; `nil` while it has not.
    package var steadySince: Timestamp?

    package init(
        controller: Controller, desiredCount: Int, isDraining: Bool = false, isDeploying: Bool = false,
        healthCheckGracePeriod: Duration = .zero, settlingTime: Duration = .seconds(40), revisions: [Revision],
        steadySince: Timestamp? = nil
    ) {
        self.controller = controller
        self.desiredCount = desiredCount
        self.isDraining = isDraining
        self.isDeploying = isDeploying
        self.healthCheckGracePeriod = healthCheckGracePeriod
        self.settlingTime = settlingTime
        self.revisions = revisions
        self.steadySince = steadySince
    }

    /// A deployment of the ECS controller, or a task set.
    package struct Revision: Hashable, Sendable {
        package enum Role: String, Hashable, Sendable, CaseIterable {
            case primary = "PRIMARY"
            case active = "ACTIVE"
            /// A task set that is being deleted.
            case draining = "DRAINING"
        }

        /// `ecs-svc/NNN`.
        package var id: String
        package var role: Role
        /// Of a task set: its computed desired count. Of a rolling deployment: not used.
        package var desiredCount: Int
        package var hasTargets: Bool
        package var hasHealthChecks: Bool
        package var progress: RevisionProgress

        package init(
            id: String, role: Role, desiredCount: Int = 0, hasTargets: Bool = false, hasHealthChecks: Bool = false,
            progress: RevisionProgress = RevisionProgress()
        ) {
            self.id = id
            self.role = role
            self.desiredCount = desiredCount
            self.hasTargets = hasTargets
            self.hasHealthChecks = hasHealthChecks
            self.progress = progress
        }
    }
}

/// What the scheduler remembers of a revision between two plans. Stored with it.
package struct RevisionProgress: Hashable, Sendable, Codable {
    package enum Rollout: String, Sendable, Codable, CaseIterable {
        case inProgress = "IN_PROGRESS"
        case completed = "COMPLETED"
        case failed = "FAILED"
    }

    package var rollout: Rollout = .inProgress
    package var throttle = StartThrottle()
    /// Failures in a row, for the circuit breaker.
    package var failedTasks = 0
    /// The most tasks that were healthy at once: one more means that a task has become healthy.
    package var mostHealthy = 0
    /// The deployment's percentages leave no room for its next step, and the service's events say so.
    package var isBlocked = false
    /// When a task set reached its steady state; `nil` while it stabilizes.
    package var steadySince: Timestamp?

    package init() {}
}

/// A task of the service that has not stopped yet, as it is seen now.
package struct ObservedTask: Hashable, Sendable {
    package enum TargetVerdict: Hashable, Sendable {
        case none
        /// Not known yet, or first checks are still running.
        case pending
        case healthy
        case unhealthy(targetGroup: String, port: Int, reason: String)
    }

    package var id: String
    package var revision: String
    package var phase: TaskMachine.Phase
    /// Its stop has been asked for or decided.
    package var isStopping: Bool
    package var createdAt: Timestamp
    package var runningSince: Timestamp?
    /// Until then it is not stopped for its number alone: by scale-in, or by a deployment.
    package var protectedUntil: Timestamp?
    package var containerHealth: HealthStatus
    package var targetHealth: TargetVerdict

    package init(
        id: String, revision: String, phase: TaskMachine.Phase, isStopping: Bool = false, createdAt: Timestamp,
        runningSince: Timestamp? = nil, protectedUntil: Timestamp? = nil, containerHealth: HealthStatus = .unknown,
        targetHealth: TargetVerdict = .none
    ) {
        self.id = id
        self.revision = revision
        self.phase = phase
        self.isStopping = isStopping
        self.createdAt = createdAt
        self.runningSince = runningSince
        self.protectedUntil = protectedUntil
        self.containerHealth = containerHealth
        self.targetHealth = targetHealth
    }
}

/// A task of the service that stopped since the last plan.
package struct EndedTask: Hashable, Sendable {
    package var id: String
    package var revision: String
    /// `nil` where it never reached RUNNING.
    package var ranFor: Duration?
    package var stopCode: TaskStop.Code

    package init(id: String, revision: String, ranFor: Duration?, stopCode: TaskStop.Code) {
        self.id = id
        self.revision = revision
        self.ranFor = ranFor
        self.stopCode = stopCode
    }
}

package struct ObservedService: Hashable, Sendable {
    package var tasks: [ObservedTask]
    package var ended: [EndedTask]

    package init(tasks: [ObservedTask] = [], ended: [EndedTask] = []) {
        self.tasks = tasks
        self.ended = ended
    }
}
