internal import Model

/// The tasks of one revision, sorted by what they are worth.
struct RevisionCensus {
    struct Sick {
        let task: ObservedTask
        let illness: TaskStanding.Illness
    }

    let revision: DesiredService.Revision
    private(set) var starting: [ObservedTask] = []
    private(set) var unproven: [ObservedTask] = []
    private(set) var healthy: [ObservedTask] = []
    private(set) var sick: [Sick] = []
    private(set) var leaving: [ObservedTask] = []
    private let moment: Timestamp

    init(_ revision: DesiredService.Revision, of service: DesiredService, tasks: [ObservedTask], at now: Timestamp) {
        self.revision = revision
        self.moment = now
        // Oldest first, so that the same facts always give the same plan.
        let own = tasks.filter { $0.revision == revision.id }.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
        for task in own {
            switch task.standing(in: revision, of: service, at: now) {
            case .starting: self.starting.append(task)
            case .unproven: self.unproven.append(task)
            case .healthy: self.healthy.append(task)
            case .sick(let illness): self.sick.append(Sick(task: task, illness: illness))
            case .leaving: self.leaving.append(task)
            }
        }
    }

    /// Tasks that are wanted and not known to be sick.
    var sound: Int { self.starting.count + self.unproven.count + self.healthy.count }
    /// Tasks that are wanted.
    var kept: Int { self.sound + self.sick.count }
    /// Tasks that hold resources.
    var live: Int { self.kept + self.leaving.count }
    var running: Int { self.unproven.count + self.healthy.count + self.sick.count }

    /// Those of `tasks` that may go for their number alone: tasks under scale-in protection stay until it ends.
    func spendable(_ tasks: some Sequence<ObservedTask>) -> [ObservedTask] {
        tasks.filter { !$0.isProtected(at: self.moment) }
    }

    /// Wanted tasks in the order in which they are given up: what serves least goes first, then the newest.
    var byWorth: [ObservedTask] {
        self.sick.map(\.task) + self.starting.reversed() + self.unproven.reversed() + self.healthy.reversed()
    }
}
