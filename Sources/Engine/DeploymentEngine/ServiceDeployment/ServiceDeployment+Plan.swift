package import Model

extension ServiceDeployment {
    /// The last part of the service deployment's ARN.
    package struct ID: Hashable, Sendable, Codable, RawRepresentable, CustomStringConvertible {
        package let rawValue: String

        package init(rawValue: String) { self.rawValue = rawValue }

        package var description: String { self.rawValue }
    }

    /// `ecs-svc/NNN`.
    package struct RevisionID: Hashable, Sendable, Codable, RawRepresentable {
        package let rawValue: String

        package init(rawValue: String) { self.rawValue = rawValue }
    }

    /// What is fixed when the deployment is made.
    package struct Plan: Hashable, Sendable, Codable {
        /// The revision that it brings.
        package let target: RevisionID
        package let strategy: Strategy
        /// Both revisions go on for so long after the last traffic has moved.
        package let bakeTime: Duration
        package let hooks: [Hook]
        package let traffic: Traffic
        package let circuitBreaker: CircuitBreaker
        /// Run before the target gets its tasks; `nil` where its task definition asks for none.
        package let migration: MigrationTask?
        package let alarms: Alarms
        package let timeScale: TimeScale

        package init(
            target: RevisionID, strategy: Strategy, bakeTime: Duration = .zero, hooks: [Hook] = [],
            traffic: Traffic = .none, circuitBreaker: CircuitBreaker = CircuitBreaker(), alarms: Alarms = Alarms(),
            migration: MigrationTask? = nil, timeScale: TimeScale = .realTime
        ) {
            self.target = target
            self.strategy = strategy
            self.bakeTime = bakeTime
            self.hooks = hooks
            self.traffic = traffic
            self.circuitBreaker = circuitBreaker
            self.alarms = alarms
            self.migration = migration
            self.timeScale = timeScale
        }
    }

    /// Which traffic the deployment moves. Without a load balancer the stages come all the same, and hooks see the weights.
    package enum Traffic: Hashable, Sendable, Codable {
        case none
        case production
        case productionAndTest

        var hasTest: Bool { self == .productionAndTest }
    }

    package enum Strategy: Hashable, Sendable, Codable {
        case rolling
        case blueGreen
        /// Tenths of a percent now and again after each `bake`, until everything has moved.
        case linear(permille: Int, bake: Duration)
        /// Tenths of a percent now, everything after `bake`.
        case canary(permille: Int, bake: Duration)

        /// The target's share of production traffic after each step, in tenths of a percent: rising, the last one is 1000.
        var shares: [Int] {
            switch self {
            case .rolling, .blueGreen: [1000]
            case .linear(let permille, _):
                Array(stride(from: max(permille, 1), to: 1000, by: max(permille, 1))) + [1000]
            case .canary(let permille, _): permille < 1000 ? [max(permille, 1), 1000] : [1000]
            }
        }

        /// Between two steps, before any time scale.
        var stepBake: Duration {
            switch self {
            case .rolling, .blueGreen: .zero
            case .linear(_, let bake), .canary(_, let bake): bake
            }
        }
    }

    /// A lifecycle hook of the service.
    package struct Hook: Hashable, Sendable, Codable {
        package enum Target: Hashable, Sendable, Codable {
            case function(arn: String, roleARN: String?)
            /// Waits for ContinueServiceDeployment.
            case pause
        }

        package enum TimeoutAction: String, Hashable, Sendable, Codable {
            case rollback = "ROLLBACK"
            case proceed = "CONTINUE"
        }

        package let target: Target
        package let stages: [HookStage]
        /// The `hookDetails` of the configuration, as JSON text.
        package let details: String?
        package let timeout: Duration
        package let timeoutAction: TimeoutAction

        package init(
            target: Target, stages: [HookStage], details: String? = nil, timeout: Duration = .hours(24),
            timeoutAction: TimeoutAction = .rollback
        ) {
            self.target = target
            self.stages = stages
            self.details = details
            self.timeout = timeout
            self.timeoutAction = timeoutAction
        }
    }

    /// CloudWatch alarms that fail the deployment.
    package struct Alarms: Hashable, Sendable, Codable {
        package let names: [String]
        package let isEnabled: Bool
        package let rollsBack: Bool

        package init(names: [String] = [], isEnabled: Bool = false, rollsBack: Bool = false) {
            self.names = names
            self.isEnabled = isEnabled
            self.rollsBack = rollsBack
        }
    }
}
