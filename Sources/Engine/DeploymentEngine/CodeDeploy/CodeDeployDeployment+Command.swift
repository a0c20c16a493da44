extension CodeDeployDeployment {
    /// Something to do to the world. Performing one twice must have the effect of performing it once: after a crash
    /// every command of `outstandingCommands` runs again, under the same id.
    package struct Command: Hashable, Sendable, Codable {
        package let id: CommandID
        package let action: Action
    }

    /// Names a command for ever: the token for idempotent calls (`clientToken` of CreateTaskSet), and what its result
    /// is reported under.
    package struct CommandID: Hashable, Sendable, Codable, CustomStringConvertible {
        package let deployment: ID
        /// Rises within a deployment.
        package let number: Int

        package init(deployment: ID, number: Int) {
            self.deployment = deployment
            self.number = number
        }

        package var description: String { "\(self.deployment)/\(self.number)" }
    }

    package enum Action: Hashable, Sendable, Codable {
        /// Find out how the service is, and whether the revision fits to it. Answer with `serviceInspected`. Changes
        /// nothing. Fails as `.rejected` with the code of what is wrong (INVALID_ECS_SERVICE, INVALID_REVISION,
        /// ELASTIC_LOAD_BALANCING_INVALID).
        case inspectService
        /// Run the revision's task definition once, under the deployment's own client token. Answer with
        /// `migrationStarted`.
        case startMigration(MigrationTask)
        /// Stop what there is of the deployment's migration. Done when nothing of it runs: until then fail as `.notYet`.
        case stopMigration
        /// CreateTaskSet with the plan's replacement parameters: scale 100 %, external id the deployment's id, started
        /// by CODE_DEPLOY, client token the command's id. Answer with `taskSetCreated`.
        case createTaskSet(in: TargetGroupID)
        /// Write `production` into every rule of the production listener that forwards to either group. Done when the
        /// load balancer serves it, not when it is merely stored: until then fail as `.notYet`. Where
        /// `health` says so, look at that group's targets first, and fail as `.notYet` if none is healthy.
        case setProductionTraffic(ProductionTraffic, health: HealthCondition)
        /// Send the whole test listener to this group. Done when it is served.
        case setTestTraffic(to: TargetGroupID)
        /// Invoke asynchronously, with the deployment's id and this execution as payload. Done when the function's
        /// service has taken the invocation. What the function returns or throws does not matter.
        case invokeHook(Hook)
        case updatePrimaryTaskSet(TaskSetID)
        /// DeleteTaskSet with force. A task set that is gone or draining already counts as deleted.
        case deleteTaskSet(TaskSetID)
    }

    package enum HealthCondition: Hashable, Sendable, Codable {
        case none
        case needsHealthyTarget(in: TargetGroupID)
    }

    /// The production listener's two shares, in percent; they add up to 100 by construction.
    package struct ProductionTraffic: Hashable, Sendable, Codable {
        package let original: TargetGroupID
        package let replacement: TargetGroupID
        /// 0-100.
        package let replacementPercent: Int

        package init(original: TargetGroupID, replacement: TargetGroupID, replacementPercent: Int) {
            self.original = original
            self.replacement = replacement
            self.replacementPercent = min(max(replacementPercent, 0), 100)
        }

        package var originalPercent: Int { 100 - self.replacementPercent }
    }

    /// Why a command did not succeed.
    package enum CommandFailure: Hashable, Sendable {
        /// It was done as far as it goes, or must wait for something that comes by itself: ask again in a moment.
        case notYet(reason: String)
        /// Throttling, a lost connection, an internal error of the service: ask again with growing pauses.
        case transient(reason: String)
        /// The service role may not do it.
        case accessDenied(reason: String)
        /// It will never work. `code` where the failure is not simply the called service's refusal.
        case rejected(reason: String, code: ErrorCode? = nil)

        var setback: CommandSetback {
            switch self {
            case .notYet(let reason): .notYet(reason: reason)
            case .transient(let reason): .transient(reason: reason)
            case .accessDenied, .rejected: .final
            }
        }

        /// Of a command that is repeated until its deadline, whatever is said.
        var persistentSetback: CommandSetback {
            switch self {
            case .notYet, .transient: self.setback
            case .accessDenied(let reason), .rejected(let reason, _): .transient(reason: reason)
            }
        }
    }

    /// What `inspectService` found.
    package struct ServiceInspection: Equatable, Sendable {
        package struct FoundTaskSet: Equatable, Sendable {
            package var taskSet: TaskSet
            package var isPrimary: Bool
            package var health: TaskSetHealth

            package init(taskSet: TaskSet, isPrimary: Bool, health: TaskSetHealth) {
                self.taskSet = taskSet
                self.isPrimary = isPrimary
                self.health = health
            }
        }

        /// Every task set of the service that is PRIMARY or ACTIVE. Draining ones are on their way out already.
        package var taskSets: [FoundTaskSet]
        /// Whether the production listener sends everything to the PRIMARY task set's group.
        package var productionIsOnPrimary: Bool
        /// What the revision's task definition asks for by its tag.
        package var migration: MigrationTask?

        package init(taskSets: [FoundTaskSet], productionIsOnPrimary: Bool, migration: MigrationTask? = nil) {
            self.taskSets = taskSets
            self.productionIsOnPrimary = productionIsOnPrimary
            self.migration = migration
        }
    }

    /// How a task set is doing, as ECS and the load balancer see it together.
    package struct TaskSetHealth: Hashable, Sendable, Codable {
        package var desiredCount: Int
        /// Targets of this task set that its target group reports as healthy.
        package var healthyTargets: Int
        /// `stabilityStatus` is STEADY_STATE.
        package var isSteady: Bool

        package init(desiredCount: Int, healthyTargets: Int, isSteady: Bool) {
            self.desiredCount = desiredCount
            self.healthyTargets = healthyTargets
            self.isSteady = isSteady
        }

        /// Whether traffic may be moved to it. Where the service wants no task at all, there is nothing to wait for.
        package var canServe: Bool { self.healthyTargets > 0 || self.desiredCount == 0 }
    }

    package enum TaskSetSighting: Hashable, Sendable, Codable {
        case present(TaskSetHealth)
        /// Deleted, or draining.
        case vanished
    }
}
