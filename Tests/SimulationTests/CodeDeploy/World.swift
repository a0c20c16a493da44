internal import DeploymentEngine
internal import Model

/// One seeded history of a service and its deployments: random delays, failures, crashes, deaths, reports and wishes.
/// It performs what the machine asks for, and objects to what must never happen.
struct CodeDeployWorld: SimulatedWorld {
    typealias Deployment = CodeDeployDeployment

    enum Event {
        case attempt(Deployment.ID, Deployment.Command, life: Int)
        case result(Deployment.ID, Deployment.Command, Answer, life: Int)
        case look(Deployment.ID)
        case report(Deployment.ID, Deployment.HookExecutionID, Deployment.HookOutcome)
        case health(Deployment.TaskSetID, Int)
        case migrationEnd(Deployment.ID, code: Int)
        case stop(Deployment.ID, rollback: Bool)
        case proceed(Deployment.ID, Deployment.WaitType)
        case alarm(Deployment.ID)
        case vandalism
        case request
        case jump(Duration)
    }

    enum Answer {
        case done
        case inspected(Deployment.ServiceInspection)
        case created(Deployment.TaskSetID)
        case migrating
        case failed(Deployment.CommandFailure)
    }

    static let engine = "codedeploy"

    let sabotage: Sabotage?
    let savesAlways: Bool
    private(set) var time: Timeline<Event>
    var service = SimulatedService()
    var deployments: [Deployment] = []
    var ledger = Ledger()
    /// Grows with each crash: answers to an earlier life are lost.
    private var life = 0
    private var isPerforming = false
    private var requestsLeft: Int
    /// Of `Sabotage.loseCommits`.
    private var oldCopy: Deployment?

    var seed: UInt64 { self.time.seed }
    var now: Timestamp { self.time.now }
    var elapsed: Duration { self.time.elapsed }

    init(seed: UInt64) { self.init(seed: seed, sabotage: nil) }

    init(seed: UInt64, sabotage: Sabotage?) {
        self.sabotage = sabotage
        self.time = Timeline(seed: seed)
        self.savesAlways = seed % 20 == 0
        self.requestsLeft = 1 + Int(self.time.random.next() % 3)
        self.time.plan(.request, in: .zero)
        if self.time.random.chance(10) { self.time.plan(.vandalism, in: 1000...900_000) }
        if self.time.random.chance(15) {
            self.time.plan(
                .jump(self.time.random.pick([.seconds(-300), .seconds(90), .minutes(20), .hours(3)])),
                in: self.time.random.milliseconds(1000...600_000))
        }
    }

    /// Runs to the end, and throws the first violation.
    mutating func run() throws(Violation) {
        for _ in 0..<3000 {
            guard try self.turn() else {
                return try self.ledger.finish(self)
            }
        }
        throw self.violation("the world does not come to rest")
    }

    // MARK: Turns

    /// The next thing in time: a timer or an event. `false` when all deployments have ended and no more will come.
    private mutating func turn() throws(Violation) -> Bool {
        let active = self.deployments.firstIndex { $0.status.isActive }
        if active == nil && self.requestsLeft == 0 { return false }
        let timer = active.flatMap { self.deployments[$0].nextTimer }
        if let active, let timer, self.time.next.map({ timer.deadline <= $0 }) ?? true {
            self.time.pass(until: timer.deadline)
            let step = self.deployments[active].timerFired(timer.id, at: self.now)
            try self.commit(active, step)
            return true
        }
        guard let event = self.time.take() else { throw self.violation("a deployment waits for nothing") }
        try self.happen(event)
        return true
    }

    private mutating func happen(_ event: Event) throws(Violation) {
        if Seeds.isReplay { print(self.elapsed, event) }
        switch event {
        case .attempt(let id, let command, let life):
            guard life == self.life else { return }
            try self.attempt(id, command)
        case .result(let id, let command, let answer, let life):
            guard life == self.life else { return }
            self.isPerforming = false
            try self.tell(id, command, answer)
        case .look(let id):
            guard let index = self.index(id) else { return }
            if let task = self.deployments[index].watchedMigration {
                let step = self.deployments[index].migrationSeen(
                    task, self.service.migrationSighting(of: id), at: self.now)
                try self.commit(index, step)
            }
            for taskSet in self.deployments[index].watchedTaskSets {
                var sighting = self.service.sighting(taskSet)
                if self.sabotage == .ignoreHealth, sighting != .vanished {
                    sighting = .present(.init(desiredCount: 2, healthyTargets: 2, isSteady: true))
                }
                self.ledger.sightings[taskSet] = sighting
                let step = self.deployments[index].taskSetSeen(taskSet, sighting, at: self.now)
                try self.commit(index, step)
            }
        case .report(let id, let execution, let outcome):
            guard let index = self.index(id) else { return }
            switch self.deployments[index].hookReported(execution, outcome, at: self.now) {
            case .accepted(let step):
                try self.ledger.accepted(execution, outcome, in: self)
                try self.commit(index, step)
            case .alreadyCompleted, .unknownExecution:
                break
            }
        case .health(let taskSet, let count):
            self.service.setHealthy(count, of: taskSet)
            self.lookSoon()
        case .migrationEnd(let id, let code):
            self.service.endMigration(of: id, code: code)
            self.lookSoon()
        case .stop(let id, let rollback):
            guard let index = self.index(id) else { return }
            switch self.deployments[index].stopRequested(rollback: rollback, at: self.now) {
            case .stopped(let step), .stopping(let step):
                if self.ledger.stops[id] == nil { self.ledger.stops[id] = self.elapsed }
                try self.commit(index, step)
            case .alreadyCompleted:
                if self.deployments[index].status.isActive {
                    throw self.violation("an active deployment refuses to stop")
                }
            }
        case .proceed(let id, let wait):
            guard let index = self.index(id) else { return }
            switch self.deployments[index].continueRequested(wait, at: self.now) {
            case .continued(let step): try self.commit(index, step)
            case .notWaiting, .alreadyCompleted: break
            }
        case .alarm(let id):
            guard let index = self.index(id) else { return }
            let step = self.deployments[index].alarmsActivated(["too-slow"], at: self.now)
            try self.commit(index, step)
        case .vandalism:
            self.ledger.isTampered = true
            self.service.delete(self.time.random.pick(self.service.taskSets).identity.id)
            self.lookSoon()
            if self.service.taskSets.isEmpty { self.requestsLeft = 0 }
        case .request:
            try self.request()
        case .jump(let distance):
            self.time.jump(distance)
        }
    }

    private func index(_ id: Deployment.ID) -> Int? { self.deployments.firstIndex { $0.id == id } }

    private mutating func lookSoon() {
        guard let active = self.deployments.first(where: { $0.status.isActive }) else { return }
        self.time.plan(.look(active.id), in: 10...2000)
    }

    // MARK: The driver

    /// Stores a value with its commands; a crash may come right after it.
    private mutating func commit(_ index: Int, _ step: Deployment.Step) throws(Violation) {
        try self.ledger.check(step, of: self.deployments[index], in: self)
        if self.savesAlways { self.deployments[index] = try self.savedAndLoaded(self.deployments[index]) }
        let deployment = self.deployments[index]
        if self.sabotage == .loseCommits, self.oldCopy?.id != deployment.id || self.time.random.chance(30) {
            self.oldCopy = deployment
        }
        switch step.successor {
        case .rollback(let next):
            if self.sabotage != .dropRollback {
                self.deployments.append(next)
                self.ledger.started[next.id] = self.elapsed
            }
        case .none: break
        }
        if self.deployments.count(where: { $0.status.isActive }) > 1 {
            throw self.violation("two deployments are active at once")
        }
        for notice in step.notices {
            switch notice {
            case .taskSetCreated, .migrationStarted: self.time.plan(.look(deployment.id), in: 10...500)
            case .statusChanged(let status):
                if !status.isActive {
                    try self.ledger.ended(deployment, in: self)
                    if self.requestsLeft > 0 && !self.deployments.contains(where: { $0.status.isActive }) {
                        self.time.plan(.request, in: 0...60_000)
                    }
                }
            case .lifecycleEventChanged, .migrationSucceeded, .productionTrafficServed, .testTrafficServed,
                .primaryTaskSetUpdated,
                .taskSetDeleted, .commandPostponed:
                break
            }
        }
        try self.tryStopping(deployment)
        if self.time.random.chance(2) { try self.crash() }
        try self.drive()
    }

    /// Starts what is new, and performs the next command.
    private mutating func drive() throws(Violation) {
        guard let index = self.deployments.firstIndex(where: { $0.status.isActive }) else { return }
        if self.deployments[index].status == .created {
            let step = self.deployments[index].start(at: self.now)
            return try self.commit(index, step)
        }
        guard !self.isPerforming, let command = self.deployments[index].outstandingCommands.first else { return }
        self.isPerforming = true
        self.time.plan(
            .attempt(self.deployments[index].id, command, life: self.life), in: 1...1000)
    }

    /// The process dies; what is stored comes back, the world goes on meanwhile.
    private mutating func crash() throws(Violation) {
        for index in self.deployments.indices where self.deployments[index].status.isActive {
            self.deployments[index] = try self.savedAndLoaded(
                self.sabotage == .loseCommits ? self.oldCopy ?? self.deployments[index] : self.deployments[index])
        }
        self.life += 1
        self.isPerforming = false
        self.time.pass(until: self.now + self.time.random.milliseconds(100...60_000))
        self.lookSoon()
    }

    private mutating func tell(
        _ id: Deployment.ID, _ command: Deployment.Command, _ answer: Answer
    ) throws(Violation) {
        guard let index = self.index(id) else { return }
        let step =
            switch answer {
            case .done: self.deployments[index].commandSucceeded(command.id, at: self.now)
            case .inspected(let found): self.deployments[index].serviceInspected(command.id, found, at: self.now)
            case .migrating: self.deployments[index].migrationStarted(command.id, task: "task-\(id)", at: self.now)
            case .created(let taskSet): self.deployments[index].taskSetCreated(command.id, taskSet, at: self.now)
            case .failed(let failure): self.deployments[index].commandFailed(command.id, failure, at: self.now)
            }
        try self.commit(index, step)
        if self.time.random.chance(3) { self.time.plan(.result(id, command, answer, life: self.life), in: .zero) }
    }

    /// Whatever state a deployment is in: a copy of it, asked to stop, comes to its end while every call succeeds.
    private mutating func tryStopping(_ deployment: Deployment) throws(Violation) {
        guard deployment.status.isActive, self.time.random.chance(10) else { return }
        var copy = deployment
        _ = copy.stopRequested(rollback: self.time.random.chance(50), at: self.now)
        for _ in 0..<6 where copy.status.isActive {
            guard let command = copy.outstandingCommands.first else {
                if let timer = copy.nextTimer { _ = copy.timerFired(timer.id, at: timer.deadline) }
                continue
            }
            switch command.action {
            case .inspectService: _ = copy.serviceInspected(command.id, self.service.inspection, at: self.now)
            case .startMigration: _ = copy.migrationStarted(command.id, task: "task-99", at: self.now)
            case .createTaskSet: _ = copy.taskSetCreated(command.id, .init("ecs-svc/99"), at: self.now)
            case .stopMigration, .setProductionTraffic, .setTestTraffic, .invokeHook, .updatePrimaryTaskSet,
                .deleteTaskSet:
                _ = copy.commandSucceeded(command.id, at: self.now)
            }
        }
        if copy.status.isActive {
            throw self.violation("a stop does not end \(deployment.id): \(String(describing: copy.wait))")
        }
    }

    // MARK: Performing

    private mutating func attempt(_ id: Deployment.ID, _ command: Deployment.Command) throws(Violation) {
        var answer: Answer = .failed(.transient(reason: "connection reset"))
        if !self.time.random.chance(4) {
            answer = try self.perform(id, command)
            if self.time.random.chance(4) { answer = .failed(.transient(reason: "the reply was lost")) }
            if self.time.random.chance(1) { answer = .failed(.rejected(reason: "the world says no")) }
        }
        self.time.plan(.result(id, command, answer, life: self.life), in: 1...2000)
        // The process may die before the answer is stored.
        if self.time.random.chance(2) {
            try self.crash()
            try self.drive()
        }
    }

    private mutating func perform(
        _ id: Deployment.ID, _ command: Deployment.Command
    ) throws(Violation) -> Answer {
        switch command.action {
        case .inspectService:
            return .inspected(self.service.inspection)
        case .startMigration:
            try self.startMigration(of: id)
            return .migrating
        case .stopMigration:
            guard self.service.migrations[id]?.isLive == true else { return .done }
            self.time.plan(.migrationEnd(id, code: 143), in: self.time.random.milliseconds(100...30_000))
            return .failed(.notYet(reason: "the migration task has not stopped yet"))
        case .createTaskSet(let group):
            try self.ledger.checkMigration(of: id, in: self)
            let taskSet = self.service.createTaskSet(in: group, by: command.id)
            self.growUp(taskSet)
            return .created(taskSet)
        case .setProductionTraffic(let traffic, let condition):
            return try self.setProduction(traffic, condition)
        case .setTestTraffic:
            return .done
        case .invokeHook(let hook):
            if self.sabotage != .skipHooks { self.ledger.invocations.insert(hook.execution) }
            self.runHook(id, hook)
            return .done
        case .updatePrimaryTaskSet(let taskSet):
            guard self.service.taskSet(taskSet) != nil else { return .failed(.rejected(reason: "no such task set")) }
            self.service.primary = taskSet
            return .done
        case .deleteTaskSet(let taskSet):
            try self.ledger.checkDeletion(of: taskSet, in: self)
            self.service.delete(taskSet)
            return .done
        }
    }

    private mutating func setProduction(
        _ traffic: Deployment.ProductionTraffic, _ condition: Deployment.HealthCondition
    ) throws(Violation) -> Answer {
        switch condition {
        case .needsHealthyTarget(let group):
            if self.sabotage != .ignoreHealth && !self.service.hasHealthyTarget(in: group) {
                return .failed(.notYet(reason: "no healthy target in \(group)"))
            }
        case .none: break
        }
        let percent = self.sabotage == .loseWeight && traffic.replacementPercent == 10 ? 11 : traffic.originalPercent
        self.service.stored = [traffic.original: percent, traffic.replacement: traffic.replacementPercent]
        try self.ledger.checkMove(from: self.service.served, to: self.service.stored, in: self)
        // Stored, and not served by every worker yet.
        if self.time.random.chance(15) {
            if self.sabotage == .acknowledgeTooEarly { return .done }
            return .failed(.notYet(reason: "routing generation is not served"))
        }
        self.service.served = self.service.stored
        if self.sabotage == .deleteBlueEarly, traffic.replacementPercent > 0,
            let blue = self.service.taskSets.first(where: { $0.identity.targetGroup == traffic.original })
        {
            try self.ledger.checkDeletion(of: blue.identity.id, in: self)
        }
        self.lookSoon()
        return .done
    }

    /// Some fail, and some never end.
    private mutating func startMigration(of id: Deployment.ID) throws(Violation) {
        guard self.service.migrations[id] == nil else { return }
        if self.service.migrations.values.contains(where: \.isLive) {
            throw self.violation("two migrations run at once")
        }
        self.service.migrations[id] = .init(isLive: true, code: nil)
        guard !self.time.random.chance(5) else { return }
        self.time.plan(
            .migrationEnd(id, code: self.time.random.chance(10) ? 1 : 0),
            in: self.time.random.milliseconds(100...120_000))
    }

    private mutating func growUp(_ taskSet: Deployment.TaskSetID) {
        // Some never become healthy; some lose a task, or all of them, and get them back.
        guard !self.time.random.chance(6) else { return }
        let ready = self.time.random.milliseconds(1000...40_000)
        self.time.plan(.health(taskSet, 1), in: ready)
        self.time.plan(
            .health(taskSet, SimulatedService.desiredCount), in: ready + self.time.random.milliseconds(0...5000))
        guard self.time.random.chance(20) else { return }
        let death = ready + self.time.random.milliseconds(1000...400_000)
        self.time.plan(
            .health(self.time.random.pick([taskSet, self.service.primary]), self.time.random.pick([0, 1])), in: death)
        for each in [taskSet, self.service.primary] where self.time.random.chance(80) {
            self.time.plan(
                .health(each, SimulatedService.desiredCount), in: death + self.time.random.milliseconds(1000...400_000))
        }
    }

    private mutating func runHook(_ id: Deployment.ID, _ hook: Deployment.Hook) {
        // Some never report, some report twice, and differently.
        guard !self.time.random.chance(4) else { return }
        for _ in 0..<(self.time.random.chance(10) ? 2 : 1) {
            self.time.plan(
                .report(id, hook.execution, self.time.random.chance(8) ? .failed : .succeeded),
                in: self.time.random.milliseconds(0...20_000))
        }
    }

    // MARK: Users

    private mutating func request() throws(Violation) {
        guard !self.deployments.contains(where: { $0.status.isActive }), self.requestsLeft > 0 else { return }
        self.requestsLeft -= 1
        let number = self.deployments.count
        self.service.migration =
            self.time.random.chance(30) ? .init(container: "app", command: ["migrate"], timeLimit: .minutes(30)) : nil
        let plan = self.randomPlan(number: number)
        let deployment = Deployment(id: .init("d-\(number)"), plan: plan, createdAt: self.now)
        self.deployments.append(deployment)
        self.ledger.started[deployment.id] = self.elapsed
        self.ledger.before[deployment.id] = self.service
        let span = plan.timeScale == .realTime ? 1...1_500_000 : 1...90_000
        if self.time.random.chance(25) {
            self.time.plan(.stop(deployment.id, rollback: self.time.random.chance(50)), in: span)
        }
        if self.time.random.chance(5) { self.time.plan(.alarm(deployment.id), in: span) }
        for wait in [Deployment.WaitType.readyWait, .terminationWait] where self.time.random.chance(70) {
            self.time.plan(.proceed(deployment.id, wait), in: span)
        }
        try self.drive()
    }

    private mutating func randomPlan(number: Int) -> Deployment.Plan {
        var hooks: [Deployment.Hook] = []
        for event in LifecycleEventName.allCases where event.isHook && self.time.random.chance(30) {
            hooks.append(.init(event: event, function: "check", execution: .init("d-\(number)-\(event.rawValue)")))
        }
        let routing = self.time.random.pick(
            [
                .allAtOnce, .canary(percentage: 10, interval: .minutes(5)),
                .linear(percentage: 30, interval: .minutes(1)),
                .linear(percentage: 25, interval: .minutes(3)),
            ] as [TrafficRoutingConfiguration])
        let rollbackEvents: Set<Deployment.RollbackEvent> =
            self.time.random.chance(60)
            ? [.deploymentFailure, .stopOnAlarm] : self.time.random.chance(30) ? [.stopOnRequest] : []
        return Deployment.Plan(
            purpose: .release(
                .init(
                    replacement: .init(taskDefinition: "web:2", containerName: "web", containerPort: 80),
                    trafficRouting: routing, hooks: hooks,
                    readyOption: self.time.random.chance(20) ? .waitForContinue(minutes: 10) : .continueAtOnce,
                    terminationOption: self.time.random.chance(10)
                        ? .keepAlive : .terminate(afterMinutes: self.time.random.pick([0, 5])),
                    rollbackEvents: rollbackEvents, rollbackID: .init("d-\(number)-back"))),
            targetGroups: SimulatedService.groups, hasTestListener: self.time.random.chance(50), serviceRoleARN: "role",
            timeScale: self.time.random.chance(50) ? .realTime : TimeScale(60) ?? .realTime)
    }
}
