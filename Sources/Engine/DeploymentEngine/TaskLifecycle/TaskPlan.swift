/// What a task's lifecycle depends on, taken from its task definition when the task is created and stored with it: a
/// later change of anything else never reaches a task that already exists.
package struct TaskPlan: Hashable, Sendable, Codable {
    /// In the order of the task definition. Names are unique, dependencies name other containers and have no cycle.
    package var containers: [ContainerPlan]
    /// Containers whose ports are registered with a target group.
    package var targetContainers: [String]

    package init(containers: [ContainerPlan], targetContainers: [String] = []) {
        self.containers = containers
        self.targetContainers = targetContainers
    }
}

package struct ContainerPlan: Hashable, Sendable, Codable {
    package var name: String
    /// The task stops when this container does.
    package var isEssential: Bool
    package var dependencies: [ContainerDependency]
    /// How long others wait for this container to reach what they depend on, from its start.
    package var startTimeout: Duration?
    /// Between the stop signal and SIGKILL.
    package var stopTimeout: Duration
    package var healthCheck: HealthCheckPlan?
    /// `nil`: a container that ends has ended.
    package var restartPolicy: RestartPlan?

    package init(
        name: String, isEssential: Bool = true, dependencies: [ContainerDependency] = [], startTimeout: Duration? = nil,
        stopTimeout: Duration = .seconds(30), healthCheck: HealthCheckPlan? = nil, restartPolicy: RestartPlan? = nil
    ) {
        self.name = name
        self.isEssential = isEssential
        self.dependencies = dependencies
        self.startTimeout = startTimeout
        self.stopTimeout = stopTimeout
        self.healthCheck = healthCheck
        self.restartPolicy = restartPolicy
    }
}

/// When a container that ends is started again within its task (`restartPolicy` of a container definition).
package struct RestartPlan: Hashable, Sendable, Codable {
    /// Ends with one of these are final.
    package var ignoredExitCodes: [Int]
    /// How long the container must have run; what ends earlier is not started again.
    package var attemptPeriod: Duration

    package init(ignoredExitCodes: [Int] = [], attemptPeriod: Duration = .seconds(300)) {
        self.ignoredExitCodes = ignoredExitCodes
        self.attemptPeriod = attemptPeriod
    }

    /// - Parameter code: `nil` where the end was not seen; then there is nothing to start again.
    func restarts(after code: Int?, ranFor duration: Duration) -> Bool {
        guard let code, !self.ignoredExitCodes.contains(code) else { return false }
        return duration >= self.attemptPeriod
    }
}

package struct ContainerDependency: Hashable, Sendable, Codable {
    package enum Condition: String, Sendable, Codable, CaseIterable {
        case start = "START"
        /// Has ended, with any exit code.
        case complete = "COMPLETE"
        /// Has ended with exit code 0.
        case success = "SUCCESS"
        case healthy = "HEALTHY"
    }

    package var containerName: String
    package var condition: Condition

    package init(on containerName: String, _ condition: Condition) {
        self.containerName = containerName
        self.condition = condition
    }
}

/// A container health check of a task definition. The check of an image counts for nothing, as in ECS.
package struct HealthCheckPlan: Hashable, Sendable, Codable {
    package var interval: Duration
    package var timeout: Duration
    /// Failures in a row that make the container unhealthy.
    package var retries: Int
    /// Failures this soon after the start count for nothing, until a check has passed.
    package var startPeriod: Duration

    package init(
        interval: Duration = .seconds(30), timeout: Duration = .seconds(5), retries: Int = 3,
        startPeriod: Duration = .zero
    ) {
        self.interval = interval
        self.timeout = timeout
        self.retries = retries
        self.startPeriod = startPeriod
    }
}
