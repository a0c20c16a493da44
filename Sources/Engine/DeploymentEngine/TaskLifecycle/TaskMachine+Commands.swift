package import Model

extension TaskMachine {
    /// Work that must be under way. Equal commands are the same piece of work.
    package enum Command: Hashable, Sendable {
        case createSandbox
        case prepareImage(container: String)
        /// - Parameter run: above 0, a container that has ended is started again.
        case startContainer(String, run: Int = 0)
        /// Report the exit of this run; for a container that an earlier run of the driver started, too.
        case watchContainer(String, run: Int = 0)
        /// Run the health command once, not before the given moment.
        case probeHealth(container: String, at: Timestamp)
        case registerTargets
        /// - Parameter drain: wait until connections have drained; without it, what served them is gone already.
        case deregisterTargets(drain: Bool)
        /// Signal the container, and kill it when the time-out has passed.
        case stopContainer(String, timeout: Duration)
        case removeSandbox
        /// Report `startTimeoutPassed` at the given moment.
        case awaitStartTimeout(container: String, at: Timestamp)
    }

    /// What must be under way now; empty once the task is stopped.
    package var commands: [Command] {
        switch self.phase {
        case .provisioning:
            [.createSandbox]
        case .pending:
            self.containers.filter { $0.stage == .imageWanted }.map { .prepareImage(container: $0.name) }
        case .activating, .running:
            self.watches + self.starts + self.probes + self.registering
                + self.startTimeouts.map { .awaitStartTimeout(container: $0.container, at: $0.at) }
        case .deactivating:
            // A registration under way ends first: deregistering beside it could leave the target behind.
            self.watches + self.starts
                + (self.registration == .registering
                    ? [.registerTargets] : [.deregisterTargets(drain: self.targetsCanServe)])
        case .stopping:
            self.watches + self.starts + self.stops
        case .deprovisioning:
            [.removeSandbox]
        case .stopped:
            []
        }
    }

    private var watches: [Command] {
        self.containers.filter(\.isRunning).map { .watchContainer($0.name, run: $0.run) }
    }

    private var starts: [Command] {
        self.containers.filter { $0.stage == .starting }.map { .startContainer($0.name, run: $0.run) }
    }

    private var probes: [Command] {
        self.containers.compactMap { container in
            guard case .running(let running) = container.stage, let health = running.health else { return nil }
            return .probeHealth(container: container.name, at: health.nextProbeAt)
        }
    }

    private var registering: [Command] {
        self.registration == .registering ? [.registerTargets] : []
    }

    private var targetsCanServe: Bool {
        self.containers.contains { $0.isRunning && self.targetContainers.contains($0.name) }
    }

    /// Running containers that nothing alive depends on.
    private var stops: [Command] {
        self.containers.filter { container in
            container.isRunning
                && !self.containers.contains { other in
                    other.holdsProcess && other.plan.dependencies.contains { $0.containerName == container.name }
                }
        }.map { .stopContainer($0.name, timeout: $0.plan.stopTimeout) }
    }

    /// Containers that others wait for, with the moment at which these give up.
    var startTimeouts: [(container: String, at: Timestamp)] {
        self.containers.compactMap { container in
            guard case .running(let running) = container.stage, let timeout = container.plan.startTimeout else {
                return nil
            }
            let isAwaited = self.containers.contains { other in
                other.stage == .waiting
                    && other.plan.dependencies.contains {
                        $0.containerName == container.name && container.verdict(on: $0.condition) == .open
                    }
            }
            return isAwaited ? (container.name, running.startedAt + timeout) : nil
        }
    }
}
