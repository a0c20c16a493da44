package import Model

/// The life of one task, from its network sandbox to its removal (ECS task lifecycle). Facts come in, one method each;
/// `commands` says what must be under way now. Commands follow from the state alone, so that a driver that restarts simply
/// performs them again (each is idempotent), and containers that run on meanwhile are watched again.
///
/// Facts that no longer matter (a pull that ends after the task was stopped) change nothing.
package struct TaskMachine: Hashable, Sendable, Codable {
    /// `lastStatus` of the API.
    package enum Phase: String, Sendable, Codable, CaseIterable {
        /// The network sandbox is being made.
        case provisioning = "PROVISIONING"
        /// Images are being made present.
        case pending = "PENDING"
        /// Containers start in the order of their dependencies, then targets are registered.
        case activating = "ACTIVATING"
        case running = "RUNNING"
        /// Targets are deregistered and drain; no container has been signalled yet.
        case deactivating = "DEACTIVATING"
        /// Containers are stopped, dependants first.
        case stopping = "STOPPING"
        /// The sandbox is being removed.
        case deprovisioning = "DEPROVISIONING"
        case stopped = "STOPPED"
    }

    enum Registration: String, Sendable, Codable {
        case unneeded
        case pending
        /// Asked for; its outcome is not known yet.
        case registering
        case registered
        case ended
    }

    package struct Times: Hashable, Sendable, Codable {
        package let createdAt: Timestamp
        package internal(set) var pullStartedAt: Timestamp?
        package internal(set) var pullStoppedAt: Timestamp?
        package internal(set) var startedAt: Timestamp?
        package internal(set) var stoppingAt: Timestamp?
        package internal(set) var executionStoppedAt: Timestamp?
        package internal(set) var stoppedAt: Timestamp?
    }

    package internal(set) var phase: Phase = .provisioning
    package internal(set) var containers: [ContainerProgress]
    /// Set once, when the task begins to stop; the first reason stays.
    package internal(set) var stop: TaskStop?
    package internal(set) var times: Times
    /// Grows by one with every change that `describe-tasks` shows.
    package internal(set) var version = 1
    let targetContainers: [String]
    var registration: Registration

    package init(plan: TaskPlan, createdAt: Timestamp) {
        self.containers = plan.containers.map { ContainerProgress(plan: $0) }
        self.targetContainers = plan.targetContainers
        self.registration = plan.targetContainers.isEmpty ? .unneeded : .pending
        self.times = Times(createdAt: createdAt)
    }

    package var desiredStatus: String { self.stop == nil ? "RUNNING" : "STOPPED" }
    package var hasReachedRunning: Bool { self.times.startedAt != nil }

    /// The worst verdict over essential containers with a check; unknown where there is none.
    package var health: HealthStatus {
        let verdicts = self.containers.filter { $0.plan.isEssential && $0.plan.healthCheck != nil }.map(\.health)
        if verdicts.contains(.unhealthy) { return .unhealthy }
        return verdicts.isEmpty || verdicts.contains(.unknown) ? .unknown : .healthy
    }

    /// Whether targets are registered with their target groups at this moment, as far as is known.
    package var isRegistered: Bool { self.registration == .registered }
}

// MARK: - Facts

extension TaskMachine {
    package mutating func sandboxCreated(at now: Timestamp) {
        self.record { machine in
            guard machine.phase == .provisioning else { return }
            guard machine.stop == nil else {
                machine.phase = .deprovisioning
                return
            }
            machine.phase = .pending
            machine.times.pullStartedAt = now
        }
    }

    package mutating func sandboxFailed(_ reason: String, at now: Timestamp) {
        self.record { machine in
            guard machine.phase == .provisioning else { return }
            machine.beginStop(TaskStop(.taskFailedToStart, reason: reason), at: now)
            machine.finish(at: now)
        }
    }

    /// - Parameter digest: what the image's tag stood for, where the runtime knows it.
    package mutating func imagePrepared(of container: String, digest: String?, at now: Timestamp) {
        self.record { machine in
            guard machine.phase == .pending, let index = machine.index(of: container),
                machine.containers[index].stage == .imageWanted
            else { return }
            machine.containers[index].imageDigest = digest
            machine.containers[index].stage = .waiting
            machine.advance(at: now)
        }
    }

    package mutating func imageFailed(of container: String, _ reason: String, at now: Timestamp) {
        self.record { machine in
            guard machine.phase == .pending, let index = machine.index(of: container),
                machine.containers[index].stage == .imageWanted
            else { return }
            machine.containerFailedToStart(index, reason, at: now)
        }
    }

    package mutating func containerStarted(_ container: String, at now: Timestamp) {
        self.record { machine in
            guard let index = machine.index(of: container), machine.containers[index].stage == .starting else { return }
            let monitor = machine.containers[index].plan.healthCheck.map { HealthMonitor(plan: $0, startedAt: now) }
            machine.containers[index].stage = .running(.init(startedAt: now, health: monitor))
            machine.advance(at: now)
        }
    }

    package mutating func containerStartFailed(_ container: String, _ reason: String, at now: Timestamp) {
        self.record { machine in
            guard let index = machine.index(of: container), machine.containers[index].stage == .starting else { return }
            machine.containerFailedToStart(index, reason, at: now)
        }
    }

    /// - Parameter code: `nil` where the end was not seen (the container vanished).
    package mutating func containerExited(_ container: String, code: Int?, outOfMemory: Bool, at now: Timestamp) {
        self.record { machine in
            guard let index = machine.index(of: container), case .running(let running) = machine.containers[index].stage
            else { return }
            if machine.stop == nil, let policy = machine.containers[index].plan.restartPolicy,
                policy.restarts(after: code, ranFor: now - running.startedAt)
            {
                machine.containers[index].restarts = machine.containers[index].run + 1
                machine.containers[index].stage = .starting
                return machine.advance(at: now)
            }
            let reason =
                outOfMemory
                ? "OutOfMemoryError: Container killed due to memory usage"
                : code == nil ? "container is gone; its exit code is not known" : nil
            machine.containers[index].stage = .stopped(.init(exitCode: code, reason: reason, hasRun: true))
            if machine.containers[index].plan.isEssential { machine.beginStop(.essentialContainerExited, at: now) }
            machine.advance(at: now)
        }
    }

    package mutating func healthProbeFinished(of container: String, passed: Bool, at now: Timestamp) {
        self.record { machine in
            guard let index = machine.index(of: container), case .running(var running) = machine.containers[index].stage
            else { return }
            running.health?.probeFinished(passed: passed, at: now)
            machine.containers[index].stage = .running(running)
            machine.advance(at: now)
        }
    }

    package mutating func targetsRegistered(at now: Timestamp) {
        self.record { machine in
            guard machine.registration == .registering else { return }
            machine.registration = .registered
            machine.advance(at: now)
        }
    }

    package mutating func targetRegistrationFailed(_ reason: String, at now: Timestamp) {
        self.record { machine in
            guard machine.registration == .registering else { return }
            // Some of several target groups may have taken the target: it is deregistered from all of them.
            machine.registration = .registered
            machine.beginStop(TaskStop(.taskFailedToStart, reason: reason), at: now)
            machine.advance(at: now)
        }
    }

    /// The task was to stop before it could be registered anywhere: there is nothing to deregister.
    package mutating func targetRegistrationGivenUp(at now: Timestamp) {
        self.record { machine in
            guard machine.registration == .registering else { return }
            machine.registration = .ended
            machine.advance(at: now)
        }
    }

    /// Every target has been deregistered, and has drained if that was asked for.
    package mutating func targetsDeregistered(at now: Timestamp) {
        self.record { machine in
            guard machine.phase == .deactivating, machine.registration == .registered else { return }
            machine.registration = .ended
            machine.advance(at: now)
        }
    }

    package mutating func sandboxRemoved(at now: Timestamp) {
        self.record { machine in
            guard machine.phase == .deprovisioning else { return }
            machine.finish(at: now)
        }
    }

    /// The start time-out of `container` has passed: whoever still waits for it gives up.
    package mutating func startTimeoutPassed(of container: String, at now: Timestamp) {
        self.record { machine in
            guard machine.startTimeouts.contains(where: { $0.container == container && $0.at <= now }) else { return }
            machine.beginStop(.dependencyNeverMet, at: now)
            machine.advance(at: now)
        }
    }

    /// Asks the task to stop. The first request or failure decides code and reason.
    package mutating func stopRequested(_ stop: TaskStop, at now: Timestamp) {
        self.record { machine in
            guard machine.phase != .stopped else { return }
            machine.beginStop(stop, at: now)
            machine.advance(at: now)
        }
    }
}

// MARK: - Decisions

extension TaskMachine {
    func index(of container: String) -> Int? { self.containers.firstIndex { $0.name == container } }

    /// Applies one fact and counts it where it shows.
    private mutating func record(_ fact: (inout TaskMachine) -> Void) {
        let before = self.visible
        fact(&self)
        if self.visible != before { self.version += 1 }
    }

    private struct Visible: Equatable {
        let phase: Phase
        let isStopping: Bool
        let containers: [String]
        let health: HealthStatus
    }

    private var visible: Visible {
        Visible(
            phase: self.phase, isStopping: self.stop != nil, containers: self.containers.map(\.lastStatus),
            health: self.health)
    }

    private mutating func beginStop(_ stop: TaskStop, at now: Timestamp) {
        guard self.stop == nil else { return }
        self.stop = stop
        self.times.stoppingAt = now
    }

    private mutating func containerFailedToStart(_ index: Int, _ reason: String, at now: Timestamp) {
        self.containers[index].stage = .stopped(.init(exitCode: nil, reason: reason, hasRun: false))
        if self.containers[index].plan.isEssential {
            self.beginStop(TaskStop(.taskFailedToStart, reason: reason), at: now)
        }
        self.advance(at: now)
    }

    private mutating func finish(at now: Timestamp) {
        self.phase = .stopped
        for index in self.containers.indices where !self.containers[index].isStopped {
            self.containers[index].stage = .stopped(.init(exitCode: nil, reason: nil, hasRun: false))
        }
        if self.times.executionStoppedAt == nil, self.hasReachedRunning { self.times.executionStoppedAt = now }
        self.times.stoppedAt = now
    }

    /// Follows every consequence of the last fact.
    private mutating func advance(at now: Timestamp) {
        while self.step(at: now) {}
    }

    /// One consequence. Returns whether there may be more.
    private mutating func step(at now: Timestamp) -> Bool {
        switch self.phase {
        case .provisioning:
            // A sandbox that is being made is waited for, so that it can be removed.
            return false
        case .pending:
            return self.stepPending(at: now)
        case .activating, .running:
            return self.stepStarting(at: now)
        case .deactivating:
            let isOver = self.registration == .ended || self.registration == .unneeded
            guard isOver else { return false }
            self.phase = .stopping
            return true
        case .stopping:
            guard self.containers.allSatisfy({ !$0.holdsProcess }) else { return false }
            self.times.executionStoppedAt = now
            self.phase = .deprovisioning
            return true
        case .deprovisioning, .stopped:
            return false
        }
    }

    private mutating func stepPending(at now: Timestamp) -> Bool {
        if self.stop != nil {
            self.phase = .deprovisioning
            return false
        }
        guard self.containers.allSatisfy({ $0.stage != .imageWanted }) else { return false }
        self.times.pullStoppedAt = now
        self.phase = .activating
        return true
    }

    private mutating func stepStarting(at now: Timestamp) -> Bool {
        if self.stop != nil {
            self.leaveService()
            return true
        }
        for index in self.containers.indices where self.containers[index].stage == .waiting {
            switch self.verdict(for: self.containers[index].plan.dependencies) {
            case .open: continue
            case .met:
                self.containers[index].stage = .starting
                return true
            case .broken:
                self.containers[index].stage = .stopped(
                    .init(exitCode: nil, reason: "dependency of the container was not met", hasRun: false))
                if self.containers[index].plan.isEssential { self.beginStop(.dependencyNeverMet, at: now) }
                return true
            }
        }
        guard self.phase == .activating, self.isServing else { return false }
        switch self.registration {
        case .pending:
            self.registration = .registering
            return false
        case .registering:
            return false
        case .unneeded, .registered, .ended:
            self.phase = .running
            self.times.startedAt = now
            return true
        }
    }

    /// Every container that counts for RUNNING, or for a target group, has started.
    private var isServing: Bool {
        self.containers.allSatisfy { container in
            let counts = container.plan.isEssential || self.targetContainers.contains(container.name)
            return !counts || container.isRunning
        }
    }

    private mutating func leaveService() {
        switch self.registration {
        case .registering, .registered: self.phase = .deactivating
        case .unneeded, .pending, .ended: self.phase = .stopping
        }
    }

    private func verdict(for dependencies: [ContainerDependency]) -> ContainerProgress.DependencyVerdict {
        var result = ContainerProgress.DependencyVerdict.met
        for dependency in dependencies {
            guard let container = self.containers.first(where: { $0.name == dependency.containerName }) else {
                continue
            }
            switch container.verdict(on: dependency.condition) {
            case .met: continue
            case .open: result = .open
            case .broken: return .broken
            }
        }
        return result
    }
}
