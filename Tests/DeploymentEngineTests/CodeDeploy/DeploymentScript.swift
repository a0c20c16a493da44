internal import DeploymentEngine
internal import Model
internal import Testing

/// A deployment under test, told what happens line by line. Time stands still unless a line moves it.
struct DeploymentScript {
    typealias Deployment = CodeDeployDeployment

    static let blue = Deployment.TaskSet(id: .init("ecs-svc/1"), targetGroup: .init("tg-1"))
    static let green = Deployment.TaskSet(id: .init("ecs-svc/2"), targetGroup: .init("tg-2"))
    static let healthy = Deployment.TaskSetHealth(desiredCount: 2, healthyTargets: 2, isSteady: true)
    static let dead = Deployment.TaskSetHealth(desiredCount: 2, healthyTargets: 0, isSteady: false)
    static let limping = Deployment.TaskSetHealth(desiredCount: 2, healthyTargets: 1, isSteady: false)

    var deployment: Deployment
    var now = Timestamp(milliseconds: 1_800_000_000_000)

    init(
        routing: TrafficRoutingConfiguration = .allAtOnce, hooks: [LifecycleEventName] = [],
        ready: Deployment.ReadyOption = .continueAtOnce,
        termination: Deployment.TerminationOption = .terminate(afterMinutes: 5),
        rollback: Set<Deployment.RollbackEvent> = [], hasTestListener: Bool = false,
        alarms: Deployment.Alarms? = nil, timeScale: TimeScale = .realTime
    ) {
        self.deployment = Deployment(
            id: .init("d-OLD"),
            plan: .init(
                purpose: .release(
                    .init(
                        replacement: .init(taskDefinition: "web:2", containerName: "web", containerPort: 80),
                        trafficRouting: routing,
                        hooks: hooks.map { .init(event: $0, function: "check", execution: Self.execution($0)) },
                        readyOption: ready, terminationOption: termination, rollbackEvents: rollback,
                        rollbackID: .init("d-NEW"), alarms: alarms)),
                targetGroups: .init(.init("tg-2"), .init("tg-1")), hasTestListener: hasTestListener,
                serviceRoleARN: "arn:aws:iam::123456789012:role/deploy", timeScale: timeScale),
            createdAt: self.now)
    }

    static func execution(_ event: LifecycleEventName) -> Deployment.HookExecutionID { .init("run-\(event.rawValue)") }

    static let migration = MigrationTask(container: "app", command: ["migrate"], timeLimit: .minutes(30))
    static let migrationTask = "task-1"

    static func inspection(
        strays: [Deployment.TaskSet] = [], onPrimary: Bool = true, migration: MigrationTask? = nil
    ) -> Deployment.ServiceInspection {
        .init(
            taskSets: [.init(taskSet: Self.blue, isPrimary: true, health: Self.healthy)]
                + strays.map { .init(taskSet: $0, isPrimary: false, health: Self.healthy) },
            productionIsOnPrimary: onPrimary, migration: migration)
    }

    static func traffic(_ percent: Int) -> Deployment.ProductionTraffic {
        .init(original: Self.blue.targetGroup, replacement: Self.green.targetGroup, replacementPercent: percent)
    }

    /// The weights with the look at green's, or on the way back blue's, health.
    static func move(_ percent: Int, to group: Deployment.TargetGroupID = Self.green.targetGroup) -> Deployment.Action {
        .setProductionTraffic(Self.traffic(percent), health: .needsHealthyTarget(in: group))
    }

    /// The one command that is outstanding.
    var action: Deployment.Action? { self.deployment.outstandingCommands.first?.action }

    var command: Deployment.Command {
        get throws {
            #expect(self.deployment.outstandingCommands.count == 1)
            return try #require(self.deployment.outstandingCommands.first)
        }
    }

    var eventStatuses: [String] { self.deployment.lifecycleEvents.map { "\($0.name.rawValue) \($0.statusName)" } }

    mutating func start() throws -> Deployment.Step { self.deployment.start(at: self.now) }

    @discardableResult mutating func succeed() throws -> Deployment.Step {
        let command = try self.command
        switch command.action {
        case .inspectService: return self.deployment.serviceInspected(command.id, Self.inspection(), at: self.now)
        case .startMigration:
            return self.deployment.migrationStarted(command.id, task: Self.migrationTask, at: self.now)
        case .createTaskSet: return self.deployment.taskSetCreated(command.id, Self.green.id, at: self.now)
        case .stopMigration, .setProductionTraffic, .setTestTraffic, .invokeHook, .updatePrimaryTaskSet, .deleteTaskSet:
            return self.deployment.commandSucceeded(command.id, at: self.now)
        }
    }

    @discardableResult mutating func inspect(_ found: Deployment.ServiceInspection) throws -> Deployment.Step {
        try self.deployment.serviceInspected(self.command.id, found, at: self.now)
    }

    @discardableResult mutating func fail(_ failure: Deployment.CommandFailure) throws -> Deployment.Step {
        try self.deployment.commandFailed(self.command.id, failure, at: self.now)
    }

    @discardableResult
    mutating func see(_ taskSet: Deployment.TaskSet, _ health: Deployment.TaskSetHealth) -> Deployment.Step {
        self.deployment.taskSetSeen(taskSet.id, .present(health), at: self.now)
    }

    @discardableResult mutating func migrationEnds(_ code: Int?, _ reason: String? = nil) -> Deployment.Step {
        self.deployment.migrationSeen(
            Self.migrationTask, .stopped(exitCode: code, isCutShort: false, reason: reason), at: self.now)
    }

    @discardableResult mutating func lose(_ taskSet: Deployment.TaskSet) -> Deployment.Step {
        self.deployment.taskSetSeen(taskSet.id, .vanished, at: self.now)
    }

    @discardableResult
    mutating func report(_ event: LifecycleEventName, _ outcome: Deployment.HookOutcome = .succeeded)
        -> Deployment.HookReportDecision
    {
        self.deployment.hookReported(Self.execution(event), outcome, at: self.now)
    }

    /// Lets time pass to the next deadline.
    @discardableResult mutating func fireNextTimer() throws -> Deployment.Step {
        let timer = try #require(self.deployment.nextTimer)
        self.now = max(self.now, timer.deadline)
        return self.deployment.timerFired(timer.id, at: self.now)
    }

    /// From creation to a steady green: Install ends, and what follows has begun.
    mutating func install() throws {
        _ = try self.start()
        try self.succeed()
        try self.succeed()
        try self.succeed()
        self.see(Self.green, Self.healthy)
    }

    /// Installed, all traffic on green, green PRIMARY; hooks and ready wait must be absent.
    mutating func shiftAll() throws {
        try self.install()
        try self.succeed()
        try self.succeed()
    }
}
