package import Model

extension CodeDeployDeployment {
    /// Everything that is fixed when a deployment is created. Later changes of the deployment group, the deployment
    /// configuration or the revision do not reach it.
    package struct Plan: Equatable, Sendable, Codable {
        package var purpose: Purpose
        /// The two target groups of the pair, in any order: the PRIMARY task set's tells which of them is in use.
        package var targetGroups: TargetGroupPair
        /// Whether the group has a test listener: AllowTestTraffic and AfterAllowTestTraffic exist only then.
        package var hasTestListener: Bool
        /// The service role, for error texts.
        package var serviceRoleARN: String
        package var timeScale: TimeScale

        package init(
            purpose: Purpose, targetGroups: TargetGroupPair, hasTestListener: Bool, serviceRoleARN: String,
            timeScale: TimeScale
        ) {
            self.purpose = purpose
            self.targetGroups = targetGroups
            self.hasTestListener = hasTestListener
            self.serviceRoleARN = serviceRoleARN
            self.timeScale = timeScale
        }
    }

    package enum Purpose: Equatable, Sendable, Codable {
        case release(Release)
        case rollback(Rollback)
    }

    /// A deployment that a user asked for.
    package struct Release: Equatable, Sendable, Codable {
        package var replacement: ReplacementParameters
        package var trafficRouting: TrafficRoutingConfiguration
        /// At most one a hook event. One of AfterAllowTestTraffic is ignored where there is no test listener.
        package var hooks: [Hook]
        package var readyOption: ReadyOption
        package var terminationOption: TerminationOption
        /// `autoRollbackConfiguration.events`; empty where automatic rollback is off.
        package var rollbackEvents: Set<RollbackEvent>
        /// The id of the deployment that rolls this one back, should it come to that: made with the deployment, so that
        /// a rollback that is started again after a crash is the same one.
        package var rollbackID: ID
        /// `nil` where none are watched.
        package var alarms: Alarms?

        package init(
            replacement: ReplacementParameters, trafficRouting: TrafficRoutingConfiguration, hooks: [Hook],
            readyOption: ReadyOption, terminationOption: TerminationOption, rollbackEvents: Set<RollbackEvent>,
            rollbackID: ID, alarms: Alarms? = nil
        ) {
            self.replacement = replacement
            self.trafficRouting = trafficRouting
            self.hooks = hooks
            self.readyOption = readyOption
            self.terminationOption = terminationOption
            self.rollbackEvents = rollbackEvents
            self.rollbackID = rollbackID
            self.alarms = alarms
        }
    }

    /// `alarmConfiguration`, where it is enabled: a deployment stops as soon as one of these rings.
    package struct Alarms: Hashable, Sendable, Codable {
        package let names: [String]
        /// `ignorePollAlarmFailure`: it goes on where nobody can tell whether they ring.
        package let ignoresPollFailures: Bool

        package init(names: [String], ignoresPollFailures: Bool = false) {
            self.names = names
            self.ignoresPollFailures = ignoresPollFailures
        }
    }

    /// The way back from `trigger`. It creates no task set and runs no hook function.
    package struct Rollback: Equatable, Sendable, Codable {
        package let trigger: ID
        /// What served before `trigger` began.
        package let original: TaskSet
        /// The other task set's share of production traffic when `trigger` ended, in percent.
        package let replacementPercent: Int
    }

    package struct TargetGroupPair: Hashable, Sendable, Codable {
        package let first: TargetGroupID
        package let second: TargetGroupID

        package init(_ first: TargetGroupID, _ second: TargetGroupID) {
            self.first = first
            self.second = second
        }

        /// The pair's other member; `nil` where `group` is in neither place.
        package func other(than group: TargetGroupID) -> TargetGroupID? {
            if group == self.first { return self.second }
            if group == self.second { return self.first }
            return nil
        }
    }

    /// What the AppSpec says about the replacement task set. What it leaves out comes from the PRIMARY task set, when
    /// the command is performed.
    package struct ReplacementParameters: Equatable, Sendable, Codable {
        package struct Network: Equatable, Sendable, Codable {
            package var subnets: [String]
            package var securityGroups: [String]
            /// `ENABLED` or `DISABLED`.
            package var assignPublicIP: String?

            package init(subnets: [String], securityGroups: [String], assignPublicIP: String?) {
                self.subnets = subnets
                self.securityGroups = securityGroups
                self.assignPublicIP = assignPublicIP
            }
        }

        package struct CapacityProvider: Equatable, Sendable, Codable {
            package var name: String
            package var weight: Int?
            package var base: Int?

            package init(name: String, weight: Int?, base: Int?) {
                self.name = name
                self.weight = weight
                self.base = base
            }
        }

        package var taskDefinition: String
        package var containerName: String
        package var containerPort: Int
        package var platformVersion: String?
        package var network: Network?
        package var capacityProviders: [CapacityProvider]?

        package init(
            taskDefinition: String, containerName: String, containerPort: Int, platformVersion: String? = nil,
            network: Network? = nil, capacityProviders: [CapacityProvider]? = nil
        ) {
            self.taskDefinition = taskDefinition
            self.containerName = containerName
            self.containerPort = containerPort
            self.platformVersion = platformVersion
            self.network = network
            self.capacityProviders = capacityProviders
        }
    }

    /// A function that the AppSpec names for an event, and the execution that it will be asked to report on. Each runs
    /// once a deployment, so the execution's id is made with the deployment.
    package struct Hook: Hashable, Sendable, Codable {
        package var event: LifecycleEventName
        /// Name, `name:qualifier`, partial or full ARN, as written.
        package var function: String
        package var execution: HookExecutionID

        package init(event: LifecycleEventName, function: String, execution: HookExecutionID) {
            self.event = event
            self.function = function
            self.execution = execution
        }
    }

    /// `deploymentReadyOption`.
    package enum ReadyOption: Equatable, Sendable, Codable {
        /// `CONTINUE_DEPLOYMENT`
        case continueAtOnce
        /// `STOP_DEPLOYMENT`: wait for ContinueDeployment before BeforeAllowTraffic.
        case waitForContinue(minutes: Int)
    }

    /// `terminateBlueInstancesOnDeploymentSuccess`.
    package enum TerminationOption: Equatable, Sendable, Codable {
        case terminate(afterMinutes: Int)
        case keepAlive
    }

    /// `autoRollbackConfiguration.events`. The raw value is the wire's.
    package enum RollbackEvent: String, Hashable, Sendable, Codable {
        case deploymentFailure = "DEPLOYMENT_FAILURE"
        case stopOnAlarm = "DEPLOYMENT_STOP_ON_ALARM"
        case stopOnRequest = "DEPLOYMENT_STOP_ON_REQUEST"
    }

    /// A task set and the target group that its tasks are registered in.
    package struct TaskSet: Hashable, Sendable, Codable {
        package let id: TaskSetID
        package let targetGroup: TargetGroupID

        package init(id: TaskSetID, targetGroup: TargetGroupID) {
            self.id = id
            self.targetGroup = targetGroup
        }
    }
}
