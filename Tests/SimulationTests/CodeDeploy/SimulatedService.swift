internal import DeploymentEngine
internal import Model

/// An ECS service with its load balancer, as far as a deployment touches them.
struct SimulatedService {
    typealias Deployment = CodeDeployDeployment

    struct TaskSet {
        let identity: Deployment.TaskSet
        /// The command that made it: a repeated call finds it again.
        let madeBy: Deployment.CommandID?
        var healthy: Int
    }

    struct Migration {
        var isLive: Bool
        var code: Int?
    }

    static let groups = Deployment.TargetGroupPair(.init("tg-1"), .init("tg-2"))
    static let desiredCount = 2

    /// PRIMARY and ACTIVE ones.
    var taskSets: [TaskSet]
    var primary: Deployment.TaskSetID
    /// What is written into the rules. What the proxy serves follows.
    var stored: [Deployment.TargetGroupID: Int]
    var served: [Deployment.TargetGroupID: Int]
    /// What the next deployment's task definition asks for.
    var migration: MigrationTask?
    var migrations: [Deployment.ID: Migration] = [:]
    private var lastTaskSet = 1

    init() {
        let first = Deployment.TaskSet(id: .init("ecs-svc/1"), targetGroup: Self.groups.first)
        self.taskSets = [TaskSet(identity: first, madeBy: nil, healthy: Self.desiredCount)]
        self.primary = first.id
        self.stored = [Self.groups.first: 100]
        self.served = self.stored
    }

    func taskSet(_ id: Deployment.TaskSetID) -> TaskSet? { self.taskSets.first { $0.identity.id == id } }

    func health(_ id: Deployment.TaskSetID) -> Deployment.TaskSetHealth? {
        self.taskSet(id).map { taskSet in
            // A group that no rule names is not probed.
            let healthy = self.served[taskSet.identity.targetGroup] == nil ? 0 : taskSet.healthy
            return .init(
                desiredCount: Self.desiredCount, healthyTargets: healthy, isSteady: healthy == Self.desiredCount)
        }
    }

    func sighting(_ id: Deployment.TaskSetID) -> Deployment.TaskSetSighting {
        self.health(id).map { .present($0) } ?? .vanished
    }

    func hasHealthyTarget(in group: Deployment.TargetGroupID) -> Bool {
        self.taskSets.contains {
            $0.identity.targetGroup == group && (self.health($0.identity.id)?.healthyTargets ?? 0) > 0
        }
    }

    var inspection: Deployment.ServiceInspection {
        .init(
            taskSets: self.taskSets.map {
                .init(
                    taskSet: $0.identity, isPrimary: $0.identity.id == self.primary,
                    health: self.health($0.identity.id) ?? .init(desiredCount: 0, healthyTargets: 0, isSteady: false))
            },
            productionIsOnPrimary: self.taskSet(self.primary).map { self.served[$0.identity.targetGroup] == 100 }
                ?? false, migration: self.migration)
    }

    func migrationSighting(of id: Deployment.ID) -> MigrationSighting {
        guard let migration = self.migrations[id] else { return .vanished }
        return migration.isLive ? .live : .stopped(exitCode: migration.code, isCutShort: false, reason: nil)
    }

    /// The first end counts.
    mutating func endMigration(of id: Deployment.ID, code: Int) {
        guard self.migrations[id]?.isLive == true else { return }
        self.migrations[id] = .init(isLive: false, code: code)
    }

    mutating func createTaskSet(in group: Deployment.TargetGroupID, by command: Deployment.CommandID)
        -> Deployment.TaskSetID
    {
        if let known = self.taskSets.first(where: { $0.madeBy == command }) { return known.identity.id }
        self.lastTaskSet += 1
        let id = Deployment.TaskSetID("ecs-svc/\(self.lastTaskSet)")
        self.taskSets.append(TaskSet(identity: .init(id: id, targetGroup: group), madeBy: command, healthy: 0))
        return id
    }

    mutating func setHealthy(_ count: Int, of id: Deployment.TaskSetID) {
        guard let index = self.taskSets.firstIndex(where: { $0.identity.id == id }) else { return }
        self.taskSets[index].healthy = count
    }

    mutating func delete(_ id: Deployment.TaskSetID) { self.taskSets.removeAll { $0.identity.id == id } }
}
