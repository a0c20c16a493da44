internal import Model

/// What a deployment has learnt and done so far, whatever its state: the ground for decisions and for what the API
/// shows.
struct DeploymentRecord: Equatable, Sendable, Codable {
    typealias TaskSet = CodeDeployDeployment.TaskSet
    typealias TaskSetHealth = CodeDeployDeployment.TaskSetHealth
    typealias TaskSetSighting = CodeDeployDeployment.TaskSetSighting

    struct WatchedTaskSet: Equatable, Sendable, Codable {
        let taskSet: TaskSet
        var sighting: TaskSetSighting

        /// What traffic decisions go by; a task set that has vanished cannot serve.
        var health: TaskSetHealth {
            switch self.sighting {
            case .present(let health): health
            case .vanished: .unknown
            }
        }
    }

    enum TaskSets: Equatable, Sendable, Codable {
        /// Until the service has been inspected.
        case unknown
        case original(WatchedTaskSet, vacantGroup: CodeDeployDeployment.TargetGroupID)
        case both(original: WatchedTaskSet, replacement: WatchedTaskSet)
    }

    var taskSets: TaskSets = .unknown
    /// What is deleted at the end: blue of a release, everything but blue of a rollback.
    var superseded: [CodeDeployDeployment.TaskSetID] = []
    /// The replacement's share that the load balancer acknowledged last.
    var servedPercent = 0
    /// Whether a weight above 0 was ever requested for the replacement.
    var hasMovedProduction = false
    var hasTerminationWaitStarted = false
    /// What the revision's task definition asks for.
    var wantedMigration: MigrationTask?
    var migration: MigrationRun?
    var startTime: Timestamp?
    var lastUpdatedAt: Timestamp
    /// `nil` in values of earlier versions.
    var journal: DeploymentJournal?
    private(set) var lifecycleEvents: [LifecycleEventRecord]

    init(events: [LifecycleEventName], at now: Timestamp) {
        self.lifecycleEvents = events.map { LifecycleEventRecord(name: $0, status: .pending) }
        self.lastUpdatedAt = now
    }

    func event(_ name: LifecycleEventName) -> LifecycleEventRecord? {
        self.lifecycleEvents.first { $0.name == name }
    }

    func event(after name: LifecycleEventName) -> LifecycleEventName? {
        guard let index = self.lifecycleEvents.firstIndex(where: { $0.name == name }) else { return nil }
        return self.lifecycleEvents.dropFirst(index + 1).first?.name
    }

    var haveAllEventsSucceeded: Bool {
        self.lifecycleEvents.allSatisfy {
            switch $0.status {
            case .succeeded: true
            case .pending, .inProgress, .failed, .skipped: false
            }
        }
    }

    /// The event that is in progress; at most one is.
    var currentEvent: LifecycleEventRecord? {
        self.lifecycleEvents.first {
            switch $0.status {
            case .inProgress: true
            case .pending, .succeeded, .failed, .skipped: false
            }
        }
    }

    mutating func begin(_ name: LifecycleEventName, at now: Timestamp) -> [LifecycleEventRecord] {
        self.change(at: now) { record in record.name == name ? .inProgress(since: now) : record.status }
    }

    mutating func succeed(_ name: LifecycleEventName, at now: Timestamp) -> [LifecycleEventRecord] {
        self.change(at: now) { record in
            record.name == name ? .succeeded(from: record.startTime ?? now, to: now) : record.status
        }
    }

    /// The event in progress fails, the ones after it are skipped.
    mutating func abandon(
        _ diagnostics: LifecycleEventRecord.Diagnostics, at now: Timestamp
    ) -> [LifecycleEventRecord] {
        self.change(at: now) { record in
            switch record.status {
            case .pending: .skipped
            case .inProgress(let since): .failed(from: since, to: now, diagnostics)
            case .succeeded, .failed, .skipped: record.status
            }
        }
    }

    private mutating func change(
        at now: Timestamp, _ status: (LifecycleEventRecord) -> LifecycleEventRecord.Status
    ) -> [LifecycleEventRecord] {
        self.lastUpdatedAt = now
        var changed: [LifecycleEventRecord] = []
        for index in self.lifecycleEvents.indices {
            let new = status(self.lifecycleEvents[index])
            if new != self.lifecycleEvents[index].status {
                self.lifecycleEvents[index].status = new
                changed.append(self.lifecycleEvents[index])
            }
        }
        return changed
    }
}

extension DeploymentRecord {
    var original: WatchedTaskSet? {
        switch self.taskSets {
        case .unknown: nil
        case .original(let original, _), .both(let original, _): original
        }
    }

    var replacement: WatchedTaskSet? {
        switch self.taskSets {
        case .unknown, .original: nil
        case .both(_, let replacement): replacement
        }
    }

    /// The group that green is or will be in.
    var replacementGroup: CodeDeployDeployment.TargetGroupID? {
        switch self.taskSets {
        case .unknown: nil
        case .original(_, let vacant): vacant
        case .both(_, let replacement): replacement.taskSet.targetGroup
        }
    }

    /// Keeps what was seen of a task set of this deployment; `false` for any other.
    mutating func see(_ id: CodeDeployDeployment.TaskSetID, _ sighting: TaskSetSighting) -> Bool {
        switch self.taskSets {
        case .unknown:
            return false
        case .original(var original, let vacant):
            guard original.taskSet.id == id else { return false }
            original.sighting = sighting
            self.taskSets = .original(original, vacantGroup: vacant)
        case .both(var original, var replacement):
            if original.taskSet.id == id {
                original.sighting = sighting
            } else if replacement.taskSet.id == id {
                replacement.sighting = sighting
            } else {
                return false
            }
            self.taskSets = .both(original: original, replacement: replacement)
        }
        return true
    }
}

extension CodeDeployDeployment.TaskSetHealth {
    /// Before the first sighting: counts as unable to serve.
    static let unknown = Self(desiredCount: 1, healthyTargets: 0, isSteady: false)
}
