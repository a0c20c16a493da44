package import Model

/// Where one container of a task stands.
package struct ContainerProgress: Hashable, Sendable, Codable {
    package enum Stage: Hashable, Sendable, Codable {
        /// Its image is still to be made present.
        case imageWanted
        /// Ready to start, once its dependencies are met.
        case waiting
        /// The start has been asked for; its outcome is not known yet.
        case starting
        case running(Running)
        case stopped(Stopped)
    }

    package struct Running: Hashable, Sendable, Codable {
        package let startedAt: Timestamp
        package internal(set) var health: HealthMonitor?
    }

    package struct Stopped: Hashable, Sendable, Codable {
        /// `nil` where no process ever ran, or its end was not seen.
        package let exitCode: Int?
        /// What went wrong, as `describe-tasks` shows it.
        package let reason: String?
        package let hasRun: Bool

        package init(exitCode: Int?, reason: String?, hasRun: Bool) {
            self.exitCode = exitCode
            self.reason = reason
            self.hasRun = hasRun
        }
    }

    package let plan: ContainerPlan
    package internal(set) var stage: Stage = .imageWanted
    package internal(set) var imageDigest: String?
    /// How often the restart policy has started it again; `nil` for never.
    package internal(set) var restarts: Int?

    /// Tells the container's runs apart: 0 for the first.
    package var run: Int { self.restarts ?? 0 }

    package var name: String { self.plan.name }

    /// `lastStatus` of the container in the API.
    package var lastStatus: String {
        switch self.stage {
        case .imageWanted, .waiting, .starting: "PENDING"
        case .running: "RUNNING"
        case .stopped: "STOPPED"
        }
    }

    package var health: HealthStatus {
        switch self.stage {
        case .running(let running): running.health?.status ?? .unknown
        case .imageWanted, .waiting, .starting, .stopped: .unknown
        }
    }

    package var isStopped: Bool {
        switch self.stage {
        case .stopped: true
        case .imageWanted, .waiting, .starting, .running: false
        }
    }

    package var isRunning: Bool {
        switch self.stage {
        case .running: true
        case .imageWanted, .waiting, .starting, .stopped: false
        }
    }

    /// A process exists or may come to exist without any further decision.
    var holdsProcess: Bool {
        switch self.stage {
        case .starting, .running: true
        case .imageWanted, .waiting, .stopped: false
        }
    }

    enum DependencyVerdict: Equatable {
        case met
        case open
        /// Can never be met any more.
        case broken
    }

    /// Whether this container fulfils what another one depends on.
    func verdict(on condition: ContainerDependency.Condition) -> DependencyVerdict {
        switch (self.stage, condition) {
        case (.imageWanted, _), (.waiting, _), (.starting, _):
            return .open
        case (.running, .start):
            return .met
        case (.running, .complete), (.running, .success):
            return .open
        case (.running(let running), .healthy):
            switch running.health?.status {
            case .healthy: return .met
            case .unknown, nil: return .open
            case .unhealthy: return .broken
            }
        case (.stopped(let stopped), .start), (.stopped(let stopped), .complete):
            return stopped.hasRun ? .met : .broken
        case (.stopped(let stopped), .success):
            return stopped.exitCode == 0 ? .met : .broken
        case (.stopped, .healthy):
            return .broken
        }
    }
}
