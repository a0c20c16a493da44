package import Model

/// What the APIs tell of a service and its deployment: everything that `teal why` needs to name one reason.
package struct DeploymentFacts: Equatable, Sendable {
    package struct Service: Equatable, Sendable {
        package var name: String
        package var cluster: String
        package var status: String
        package var desiredCount: Int
        package var runningCount: Int
        package var pendingCount: Int
        /// The newest first.
        package var events: [String]

        package init(
            name: String, cluster: String, status: String, desiredCount: Int, runningCount: Int, pendingCount: Int,
            events: [String]
        ) {
            self.name = name
            self.cluster = cluster
            self.status = status
            self.desiredCount = desiredCount
            self.runningCount = runningCount
            self.pendingCount = pendingCount
            self.events = events
        }
    }

    package enum Engine: Equatable, Sendable {
        /// With the service deployment's ARN.
        case ecs(arn: String)
        case codeDeploy
    }

    package enum Course: Equatable, Sendable {
        case forward
        case back
        case succeeded
        /// Failed, stopped or rolled back.
        case ended
    }

    package struct Deployment: Equatable, Sendable {
        package var id: String
        package var engine: Engine
        /// As the API spells it.
        package var status: String
        package var course: Course
        package var statusReason: String?
        /// Lifecycle stage or lifecycle event.
        package var stage: String?
        package var hooks: [Hook] = []
        /// Failures so far and how many fail the deployment; `nil` without a circuit breaker.
        package var breaker: (failures: Int, threshold: Int)?
        package var alarms: [Alarm] = []
        /// What the server says that it waits for.
        package var wait: DeploymentWait?
        package var step: String?

        package init(
            id: String, engine: Engine, status: String, course: Course, statusReason: String?, stage: String?
        ) {
            self.id = id
            self.engine = engine
            self.status = status
            self.course = course
            self.statusReason = statusReason
            self.stage = stage
        }

        package static func == (left: Deployment, right: Deployment) -> Bool {
            left.id == right.id && left.engine == right.engine && left.status == right.status
                && left.course == right.course && left.statusReason == right.statusReason && left.stage == right.stage
                && left.hooks == right.hooks && left.breaker?.failures == right.breaker?.failures
                && left.breaker?.threshold == right.breaker?.threshold && left.alarms == right.alarms
                && left.wait == right.wait && left.step == right.step
        }
    }

    package struct Hook: Equatable, Sendable {
        package enum Kind: Equatable, Sendable {
            case pause(id: String)
            /// Name or ARN.
            case function(String)
        }

        package enum Status: Equatable, Sendable {
            case waiting
            case succeeded
            case failed
        }

        package var kind: Kind
        package var status: Status
        package var expiresAt: Timestamp?

        package init(_ kind: Kind, _ status: Status, expiresAt: Timestamp? = nil) {
            self.kind = kind
            self.status = status
            self.expiresAt = expiresAt
        }
    }

    /// A task of the revision that is brought, which has stopped.
    package struct StoppedTask: Equatable, Sendable {
        package struct Container: Equatable, Sendable {
            package var name: String
            package var image: String?
            package var exitCode: Int?
            package var reason: String?
            package var logGroup: String?
            package var lastLine: String?

            package init(
                name: String, image: String? = nil, exitCode: Int? = nil, reason: String? = nil,
                logGroup: String? = nil, lastLine: String? = nil
            ) {
                self.name = name
                self.image = image
                self.exitCode = exitCode
                self.reason = reason
                self.logGroup = logGroup
                self.lastLine = lastLine
            }
        }

        package var id: String
        package var stopCode: String?
        package var reason: String?
        package var containers: [Container]

        package init(id: String, stopCode: String?, reason: String?, containers: [Container]) {
            self.id = id
            self.stopCode = stopCode
            self.reason = reason
            self.containers = containers
        }
    }

    /// A target that is not healthy.
    package struct SickTarget: Equatable, Sendable {
        /// `ID:PORT`
        package var name: String
        /// ARN
        package var group: String
        package var path: String?
        /// `initial`, `unhealthy`, `unused`, `unavailable`.
        package var state: String
        package var reason: String?
        package var description: String?

        package init(
            name: String, group: String, path: String?, state: String, reason: String?, description: String?
        ) {
            self.name = name
            self.group = group
            self.path = path
            self.state = state
            self.reason = reason
            self.description = description
        }
    }

    package struct Alarm: Equatable, Sendable {
        package var name: String
        package var stateReason: String?

        package init(name: String, stateReason: String?) {
            self.name = name
            self.stateReason = stateReason
        }
    }

    /// A load balancer that cannot listen everywhere.
    package struct Impairment: Equatable, Sendable {
        package var loadBalancer: String
        package var reason: String

        package init(loadBalancer: String, reason: String) {
            self.loadBalancer = loadBalancer
            self.reason = reason
        }
    }

    package var service: Service
    /// The newest one; `nil` where the service has none.
    package var deployment: Deployment?
    /// The last to stop first.
    package var stoppedTasks: [StoppedTask] = []
    package var sickTargets: [SickTarget] = []
    package var impairments: [Impairment] = []

    package init(service: Service, deployment: Deployment?) {
        self.service = service
        self.deployment = deployment
    }
}
