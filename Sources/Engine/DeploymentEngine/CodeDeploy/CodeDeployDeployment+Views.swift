extension CodeDeployDeployment {
    /// `deploymentInfo.status`. The raw value is the wire's.
    package enum Status: String, Hashable, Sendable, Codable {
        case created = "Created"
        case inProgress = "InProgress"
        case ready = "Ready"
        case succeeded = "Succeeded"
        case failed = "Failed"
        case stopped = "Stopped"

        /// Whether the deployment holds its group: no other may begin.
        package var isActive: Bool {
            switch self {
            case .created, .inProgress, .ready: true
            case .succeeded, .failed, .stopped: false
            }
        }
    }

    /// `ecsTarget.status`. The raw value is the wire's.
    package enum TargetStatus: String, Hashable, Sendable, Codable {
        case pending = "Pending"
        case inProgress = "InProgress"
        case ready = "Ready"
        case succeeded = "Succeeded"
        case failed = "Failed"
        case skipped = "Skipped"
    }

    /// `rollbackInfo`.
    package enum RollbackInformation: Hashable, Sendable, Codable {
        case none
        /// On the deployment that went wrong.
        case rolledBack(by: ID, message: String)
        /// On the deployment that rolls back.
        case rollsBack(ID, message: String)
    }

    package typealias Wait = DeploymentWait

    /// The task sets that the deployment is about, for `taskSetsInfo`.
    package struct TaskSetView: Hashable, Sendable {
        package enum Label: String, Hashable, Sendable {
            case blue = "Blue"
            case green = "Green"
        }

        package let taskSet: TaskSet
        package let label: Label
        /// Its share of production traffic that the load balancer last acknowledged, in percent.
        package let trafficWeight: Double
    }
}
