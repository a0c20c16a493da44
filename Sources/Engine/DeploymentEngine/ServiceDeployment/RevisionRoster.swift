/// The revisions of a service under the ECS controller, and what deployments make of them. A deployment only says which revision
/// gets how many tasks: starting and stopping them is the scheduler's.
package struct RevisionRoster: Equatable, Sendable {
    package typealias RevisionID = ServiceDeployment.RevisionID

    package struct Entry: Hashable, Sendable {
        package let id: RevisionID
        package var role: DesiredService.Revision.Role
        /// Percent of the service's desired count.
        package var scale: Double
        package var progress: RevisionProgress

        package init(
            id: RevisionID, role: DesiredService.Revision.Role, scale: Double, progress: RevisionProgress
        ) {
            self.id = id
            self.role = role
            self.scale = scale
            self.progress = progress
        }

        /// `ceil(desired × scale / 100)`.
        package func computedDesiredCount(of desired: Int) -> Int {
            self.role == .draining ? 0 : Int((Double(desired) * self.scale / 100).rounded(.up))
        }
    }

    /// Tasks of one revision that have not stopped.
    package struct TaskCounts: Hashable, Sendable {
        package var running = 0
        /// On their way to RUNNING.
        package var pending = 0
        package var live = 0

        package init() {}

        package mutating func add(_ phase: TaskMachine.Phase) {
            switch phase {
            case .running: self.running += 1
            case .provisioning, .pending, .activating: self.pending += 1
            case .deactivating, .stopping, .deprovisioning: break
            case .stopped: return
            }
            self.live += 1
        }
    }

    /// The primary first, then the newest.
    package private(set) var entries: [Entry]

    /// - Parameter entries: in that order.
    package init(_ entries: [Entry]) { self.entries = entries }
}

// MARK: - What a deployment does

extension RevisionRoster {
    /// A new revision is PRIMARY at once, but without tasks: those that were before it give up the role, and those that have
    /// no tasks go.
    package mutating func deploy(_ target: RevisionID) {
        for index in self.entries.indices {
            let role: DesiredService.Revision.Role = self.entries[index].scale > 0 ? .active : .draining
            guard self.entries[index].role == .primary || role == .draining else { continue }
            self.entries[index].role = role
        }
        self.entries.insert(Entry(id: target, role: .primary, scale: 0, progress: RevisionProgress()), at: 0)
    }

    /// The target gets its tasks.
    package mutating func scaleUp(_ target: RevisionID) {
        self.change(target) { entry in
            guard entry.scale < 100 else { return }
            entry.scale = 100
            // Steady it was without a task.
            entry.progress.steadySince = nil
        }
    }

    /// Tasks of these go, and then they.
    package mutating func retire(_ revisions: [RevisionID]) {
        for id in revisions { self.change(id) { $0.role = .draining } }
    }

    /// The source becomes PRIMARY again, unless a newer revision is.
    package mutating func scaleDown(_ target: RevisionID, returningTo source: RevisionID, isRolling: Bool) {
        self.change(target) { entry in
            guard entry.role == .primary else { return }
            // One that never got a task has nothing to be replaced.
            entry.role = isRolling && entry.scale > 0 ? .active : .draining
            entry.progress.rollout = .failed
        }
        let isOvertaken = self.entries.contains { $0.role == .primary && $0.id != target && $0.id != source }
        self.restore(source, as: isOvertaken ? .active : .primary)
    }

    /// Its tasks come back, whatever has become of it; it may be gone already.
    package mutating func restore(_ id: RevisionID, as role: DesiredService.Revision.Role) {
        guard self.entries.contains(where: { $0.id == id }) else {
            self.entries.append(Entry(id: id, role: role, scale: 100, progress: RevisionProgress()))
            return
        }
        self.change(id) { entry in
            guard entry.role != role else { return }
            entry.role = role
            entry.progress.rollout = .inProgress
            entry.progress.steadySince = nil
        }
    }

    /// A deployment's notices, as far as they are about revisions.
    package mutating func follow(_ notices: [ServiceDeployment.Notice], of deployment: ServiceDeployment) {
        for notice in notices {
            switch notice {
            case .statusChanged(.successful):
                self.change(deployment.plan.target) { $0.progress.rollout = .completed }
            case .statusChanged(.rollbackSuccessful):
                if let source = deployment.footing.source { self.change(source) { $0.progress.rollout = .completed } }
            case .failed(let cause):
                if cause.forbidsNewTasks { self.change(deployment.plan.target) { $0.progress.rollout = .failed } }
            case .statusChanged, .legBegan, .productionTrafficServed, .testTrafficServed, .hookChanged,
                .commandPostponed, .migrationStarted, .migrationSucceeded:
                break
            }
        }
    }

    /// What the scheduler's plan remembers of revisions, and which of them are no more.
    package mutating func apply(_ plan: ServicePlan) {
        self.entries.removeAll { plan.finished.contains($0.id.rawValue) }
        for planned in plan.revisions { self.change(.init(rawValue: planned.id)) { $0.progress = planned.progress } }
    }

    private mutating func change(_ id: RevisionID, _ change: (inout Entry) -> Void) {
        guard let index = self.entries.firstIndex(where: { $0.id == id }) else { return }
        change(&self.entries[index])
    }
}

// MARK: - What a deployment sees

extension RevisionRoster {
    /// The revisions that a deployment finds when it starts: what the last good one brought, and what else still has tasks or
    /// traffic.
    /// - Parameter good: what the last successful deployment of the service brought.
    package func footing(of target: RevisionID, good: RevisionID?) -> ServiceDeployment.Footing {
        let others = self.entries.filter { $0.id != target && $0.role != .draining }
        let source = others.first { $0.id == good } ?? others.first { $0.scale > 0 }
        return ServiceDeployment.Footing(
            source: source?.id, strays: others.filter { $0.id != source?.id }.map(\.id))
    }

    /// How every revision is.
    package func sightings(
        desiredCount: Int, tasks: [RevisionID: TaskCounts]
    ) -> [RevisionID: ServiceDeployment.RevisionSighting] {
        var sightings: [RevisionID: ServiceDeployment.RevisionSighting] = [:]
        for entry in self.entries {
            let counts = tasks[entry.id] ?? TaskCounts()
            let requested = entry.computedDesiredCount(of: desiredCount)
            sightings[entry.id] = ServiceDeployment.RevisionSighting(
                isPrimary: entry.role == .primary && entry.scale > 0, desiredCount: desiredCount,
                requestedCount: requested, runningCount: counts.running, pendingCount: counts.pending,
                liveCount: counts.live,
                // The scheduler may not have looked since the count changed.
                isSteady: entry.progress.steadySince != nil && counts.running == requested,
                failedTasks: entry.progress.failedTasks, isRolledOut: entry.progress.rollout == .completed)
        }
        return sightings
    }

    /// Whether the primary revision is still on its way.
    package var isDeploying: Bool {
        self.entries.contains { $0.role == .primary && $0.progress.rollout == .inProgress }
    }

    /// The revisions that may have tasks, for the scheduler.
    /// - Parameter isRolling: of the newest deployment. One that a rolling deployment holds back, until its hooks have run, is
    ///   not there yet: what it will replace goes on as PRIMARY.
    package func released(isRolling: Bool) -> [Entry] {
        guard isRolling else { return self.entries }
        var released = self.entries.filter { $0.scale > 0 || $0.role == .draining }
        guard !released.contains(where: { $0.role == .primary }),
            let index = released.firstIndex(where: { $0.role == .active && $0.progress.rollout == .completed })
                ?? released.firstIndex(where: { $0.role == .active })
        else { return released }
        released[index].role = .primary
        return released
    }
}

extension ServiceDeployment.Cause {
    /// Whether tasks of the target that stop are not replaced any more. Where weights stay as they are, they are.
    fileprivate var forbidsNewTasks: Bool {
        switch self {
        case .stopRequested(.abort), .superseded: false
        case .circuitBreaker, .alarms, .hook, .hookTimedOut, .pauseTimedOut, .pauseRejected, .stopRequested(.rollback),
            .invalidNetworking, .commandFailed, .stageTimedOut, .deploymentTimedOut, .migrationFailed,
            .migrationTimedOut:
            true
        }
    }
}
