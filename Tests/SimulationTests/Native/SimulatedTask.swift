internal import DeploymentEngine
internal import Model

/// A task of the service: the product's machine, in a world that performs what it asks for.
struct SimulatedTask {
    /// As its target group sees it.
    enum Target {
        case initial
        case healthy
        case unhealthy
        case draining
    }

    let id: String
    let revision: ServiceDeployment.RevisionID
    let group: SimulatedBalancer.Group?
    var machine: TaskMachine
    /// `nil` where it is not registered.
    var target: Target?
    /// Begun in this life of the server.
    var underWay: Set<TaskMachine.Command> = []

    static let container = "web"

    init(
        id: String, revision: ServiceDeployment.RevisionID, group: SimulatedBalancer.Group?, at now: Timestamp
    ) {
        self.id = id
        self.revision = revision
        self.group = group
        self.machine = TaskMachine(
            plan: TaskPlan(
                containers: [ContainerPlan(name: Self.container, stopTimeout: .seconds(5))],
                targetContainers: group == nil ? [] : [Self.container]),
            createdAt: now)
    }

    var isStopped: Bool { self.machine.phase == .stopped }

    /// Whether it is wanted, runs, and would be sent requests.
    var serves: Bool {
        self.machine.phase == .running && self.machine.stop == nil && (self.group == nil || self.target == .healthy)
    }

    var observed: ObservedTask {
        ObservedTask(
            id: self.id, revision: self.revision.rawValue, phase: self.machine.phase,
            isStopping: self.machine.stop != nil, createdAt: self.machine.times.createdAt,
            runningSince: self.machine.phase == .running ? self.machine.times.startedAt : nil,
            targetHealth: self.verdict)
    }

    private var verdict: ObservedTask.TargetVerdict {
        guard self.group != nil else { return .none }
        switch self.target {
        case .healthy: return .healthy
        case .unhealthy: return .unhealthy(targetGroup: "group", port: 80, reason: "Health checks failed")
        case .initial, .draining, nil: return .pending
        }
    }

    var ended: EndedTask {
        let times = self.machine.times
        return EndedTask(
            id: self.id, revision: self.revision.rawValue,
            ranFor: times.startedAt.map { (times.stoppedAt ?? $0) - $0 },
            stopCode: self.machine.stop?.code ?? .essentialContainerExited)
    }
}
