extension ServiceDeployment {
    /// Something to do to the world. Performing one twice must have the effect of performing it once: after a crash every
    /// command of `outstandingCommands` runs again, under the same id.
    package struct Command: Hashable, Sendable, Codable, Identifiable {
        package let id: CommandID
        package let action: Action
    }

    package struct CommandID: Hashable, Sendable, Codable, CustomStringConvertible {
        package let deployment: ID
        /// Rises within a deployment.
        package let number: Int

        package init(deployment: ID, number: Int) {
            self.deployment = deployment
            self.number = number
        }

        package var description: String { "\(self.deployment.rawValue)/\(self.number)" }
    }

    package enum Action: Hashable, Sendable, Codable {
        /// Find out if the production and test rules fit to the service, and which target groups the target revision gets.
        /// Answer with `trafficInspected`. Fails as `.rejected` with what is wrong.
        case inspectTraffic
        /// Give all production traffic back to `to`, which must have a healthy target first (`.notYet`), and take the tasks of
        /// the others away.
        case reconcile(to: RevisionID, retiring: [RevisionID])
        /// Run the target's task definition once, under the deployment's own client token. Answer with `migrationStarted`.
        case startMigration(MigrationTask)
        /// Stop what there is of the deployment's migration. Done when nothing of it runs: until then fail as `.notYet`.
        case stopMigration
        /// The target becomes the PRIMARY revision and gets its tasks.
        case scaleUp
        /// Send the test rules to this side. Done when it is served, as with production traffic.
        case setTestTraffic(to: Side)
        /// Give the target this many tenths of a percent of production traffic, and the source the rest. Where `needs` says so,
        /// that side must have a healthy target first: until then fail as `.notYet`.
        case setProductionTraffic(targetPermille: Int, needs: Side?)
        /// Call the function and answer with `hookAnswered`.
        case invokeHook(HookInvocation)
        /// Take the tasks of these away.
        case retire([RevisionID])
        /// Undo that for the source.
        case restore(RevisionID)
        /// The source becomes the PRIMARY revision again, and the target loses its tasks.
        case scaleDown(returningTo: RevisionID)
    }

    package enum Side: Hashable, Sendable, Codable {
        case source
        case target
    }

    /// What a function is told.
    package struct HookInvocation: Hashable, Sendable, Codable {
        /// An index of the plan's hooks.
        package let hook: Int
        /// The same for all calls of one run, whatever else a deployment runs.
        package let run: Int
        package let stage: HookStage
        /// Tenths of a percent by revision; empty where the stage does not shift that traffic.
        package let testWeights: [RevisionID: Int]
        package let productionWeights: [RevisionID: Int]
        /// JSON text; what the call before returned, merged over what was configured.
        package let details: String?
    }

    package enum HookAnswer: Hashable, Sendable {
        case succeeded
        case failed
        /// Ask again, with these details.
        case inProgress(callBackDelay: Duration?, details: String?)
        /// It cannot be called, or its answer cannot be read: a whole sentence.
        case unusable(String)
    }

    /// Why a command did not succeed.
    package enum CommandFailure: Hashable, Sendable {
        /// It must wait for something that comes by itself: ask again in a moment.
        case notYet(reason: String)
        /// Throttling, a lost connection, an internal error: ask again with growing pauses.
        case transient(reason: String)
        /// It will never work.
        case rejected(reason: String)

        var setback: CommandSetback {
            switch self {
            case .notYet(let reason): .notYet(reason: reason)
            case .transient(let reason): .transient(reason: reason)
            case .rejected: .final
            }
        }

        /// Of a command that is repeated until its deadline, whatever is said.
        var persistentSetback: CommandSetback {
            switch self {
            case .notYet, .transient: self.setback
            case .rejected(let reason): .transient(reason: reason)
            }
        }
    }

    /// The revisions of the service when a deployment starts.
    package struct Footing: Hashable, Sendable, Codable {
        /// What served until now, and what a rollback returns to. `nil` at the first deployment.
        package let source: RevisionID?
        /// What deployments before it have left behind.
        package let strays: [RevisionID]

        package init(source: RevisionID?, strays: [RevisionID] = []) {
            self.source = source
            self.strays = strays
        }
    }

    /// How a revision is doing, as the scheduler and the load balancer see it together.
    package struct RevisionSighting: Hashable, Sendable, Codable {
        package var isPrimary: Bool
        /// Of the service.
        package var desiredCount: Int
        /// Of the revision.
        package var requestedCount: Int
        package var runningCount: Int
        package var pendingCount: Int
        /// Tasks that have not stopped.
        package var liveCount: Int
        /// The requested number runs, all of it well.
        package var isSteady: Bool
        /// Failures in a row, for the circuit breaker.
        package var failedTasks: Int
        /// Of a rolling deployment: every task is replaced.
        package var isRolledOut: Bool

        package init(
            isPrimary: Bool, desiredCount: Int, requestedCount: Int, runningCount: Int, pendingCount: Int,
            liveCount: Int,
            isSteady: Bool, failedTasks: Int, isRolledOut: Bool
        ) {
            self.isPrimary = isPrimary
            self.desiredCount = desiredCount
            self.requestedCount = requestedCount
            self.runningCount = runningCount
            self.pendingCount = pendingCount
            self.liveCount = liveCount
            self.isSteady = isSteady
            self.failedTasks = failedTasks
            self.isRolledOut = isRolledOut
        }
    }
}
