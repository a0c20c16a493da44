package import Model

/// What a deployment did to the traffic: the zero-drop receipt. Made from what the deployment's value knows of its way and what
/// the ledger has counted; what nobody can know stands in `gaps`.
package struct DeploymentReceipt: Equatable, Sendable {
    package enum State: String, Sendable {
        /// The deployment goes on: everything may still grow.
        case running
        /// It has ended; connections drain, or the last counts are on their way.
        case closing
        case final
    }

    package enum Engine: String, Sendable {
        case ecs
        case codeDeploy = "codedeploy"
    }

    /// The deployment.
    package struct Subject: Equatable, Sendable {
        package var id: String
        /// CodeDeploy's deployments have none.
        package var arn: String?
        package var engine: Engine
        package var strategy: String
        package var cluster: String
        package var service: String
        package var status: String
        package var statusReason: String?
        package var isActive: Bool
        package var createdAt: Timestamp
        package var startedAt: Timestamp?
        package var endedAt: Timestamp?

        package init(
            id: String, arn: String?, engine: Engine, strategy: String, cluster: String, service: String,
            status: String, statusReason: String?, isActive: Bool, createdAt: Timestamp, startedAt: Timestamp?,
            endedAt: Timestamp?
        ) {
            self.id = id
            self.arn = arn
            self.engine = engine
            self.strategy = strategy
            self.cluster = cluster
            self.service = service
            self.status = status
            self.statusReason = statusReason
            self.isActive = isActive
            self.createdAt = createdAt
            self.startedAt = startedAt
            self.endedAt = endedAt
        }
    }

    /// One side's traffic.
    package struct Revision: Equatable, Sendable {
        package let role: TrafficLedger.Revision.Role
        package let id: String
        /// ARNs, sorted.
        package let targetGroups: [String]
        package let count: TrafficCount
    }

    /// While the same weights were served.
    package struct Weight: Equatable, Sendable {
        /// Of the target, in percent.
        package let requested: Double
        package let startedAt: Timestamp
        package let endedAt: Timestamp?
        package let source: Int
        package let target: Int
        /// The share of the requests that the target got, in percent; `nil` where there were none, or the two sides share their
        /// target groups, so that no weight decides.
        package let achieved: Double?
        /// See ``TrafficLedger/Period/isShared``.
        package let isShared: Bool
    }

    package struct Step: Equatable, Sendable {
        package struct Wait: Equatable, Sendable {
            package let subject: String
            package let duration: Duration
        }

        package let name: String
        package let startedAt: Timestamp
        package var endedAt: Timestamp?
        /// In the order in which they began; what was waited for several times stands once.
        package var waits: [Wait]
    }

    package struct Drained: Equatable, Sendable {
        package var targets = 0
        /// Closed without cutting a request.
        package var connections = 0
        /// In flight at the deregistration, and answered.
        package var requests = 0
        package var cutRequests = 0
    }

    package let state: State
    package let subject: Subject
    /// Everything that the service's target groups carried.
    package let total: TrafficCount
    package let revisions: [Revision]
    /// Requests of which it is not known which revision got them.
    package let unattributed: Int
    package let drained: Drained
    package let weights: [Weight]
    package let steps: [Step]
    package let gaps: [TrafficLedger.Gap]
    package let countedFrom: Timestamp?
    package let countedUntil: Timestamp?

    /// Every request that is known of was answered as its client wished.
    package var isClean: Bool { self.total.failures == 0 && self.drained.cutRequests == 0 }

    package var isComplete: Bool { self.gaps.isEmpty && self.countedFrom != nil }
}
