import DeploymentEngine
import Model
import Testing

/// Plans carried out in a random world in which tasks start, fail, fall ill, recover and die, while the service is updated
/// and rescaled.
@Suite struct ServiceReconcilerPropertyTests {
    @Test(arguments: 0..<300)
    func rollingServicesKeepTheirLimitsAndSettle(_ seed: UInt64) throws {
        var world = ServiceWorld(seed: seed)
        for _ in 0..<120 {
            world.disturb()
            try world.reconcile()
        }
        for _ in 0..<600 where !world.isSettled {
            world.calm()
            try world.reconcile()
        }
        #expect(world.isSettled, "seed \(seed): the service never gets steady")
    }
}

private struct ServiceWorld {
    private var generator: SeededGenerator
    private var service: DesiredService
    private var tasks: [ObservedTask] = []
    private var ended: [EndedTask] = []
    private var now = Fixture.now
    private var nextID = 0
    private let minimum: Int
    private let maximum: Int

    init(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        // Percentages that always leave a way forward.
        (self.minimum, self.maximum) = [(100, 200), (0, 100), (50, 200)].randomElement(using: &generator) ?? (100, 200)
        self.service = DesiredService(
            controller: .rolling(minimumHealthyPercent: self.minimum, maximumPercent: self.maximum),
            desiredCount: Int.random(in: 1...6, using: &generator),
            revisions: [Fixture.revision("r0", .primary)])
        self.generator = generator
    }

    var isSettled: Bool {
        self.service.steadySince != nil && self.tasks.count == self.service.desiredCount
            && self.service.revisions.count == 1
    }

    private mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &self.generator) == 0 }

    /// Time passes and something happens to some tasks.
    mutating func disturb() {
        self.now = self.now + .seconds(Int.random(in: 0...20, using: &self.generator))
        if self.chance(15) { self.update() }
        if self.chance(20) { self.service.desiredCount = Int.random(in: 0...6, using: &self.generator) }
        for index in self.tasks.indices {
            if self.chance(3) { self.advance(index) }
            if self.chance(12), self.tasks[index].phase == .running {
                self.tasks[index].targetHealth = .unhealthy(targetGroup: "tg", port: 80, reason: "Target.Timeout")
            }
            if self.chance(25), !self.tasks[index].isStopping {
                self.end(index, .essentialContainerExited)
            }
        }
        self.tasks.removeAll { $0.phase == .stopped }
    }

    /// Everything goes well from here on.
    mutating func calm() {
        self.now = self.now + .seconds(20)
        if self.service.desiredCount == 0 { self.service.desiredCount = 1 }
        let primaryFailed = self.service.revisions.contains { $0.role == .primary && $0.progress.rollout == .failed }
        if primaryFailed { self.update() }
        for index in self.tasks.indices { self.advance(index) }
        self.tasks.removeAll { $0.phase == .stopped }
    }

    private mutating func advance(_ index: Int) {
        if self.tasks[index].isStopping {
            self.end(index, .serviceSchedulerInitiated)
        } else if self.tasks[index].phase == .pending {
            self.tasks[index].phase = .running
            self.tasks[index].runningSince = self.now
            self.tasks[index].targetHealth = .pending
        } else {
            self.tasks[index].targetHealth = .healthy
        }
    }

    private mutating func end(_ index: Int, _ code: TaskStop.Code) {
        let task = self.tasks[index]
        self.ended.append(
            EndedTask(
                id: task.id, revision: task.revision, ranFor: task.runningSince.map { self.now - $0 }, stopCode: code))
        self.tasks[index].phase = .stopped
    }

    private mutating func update() {
        for index in self.service.revisions.indices where self.service.revisions[index].role == .primary {
            self.service.revisions[index].role = .active
        }
        self.nextID += 1
        self.service.revisions.insert(Fixture.revision("r\(self.nextID)", .primary), at: 0)
        self.service.steadySince = nil
    }

    mutating func reconcile() throws {
        let plan = ServiceReconciler.plan(
            desired: self.service, observed: .init(tasks: self.tasks, ended: self.ended), at: self.now)
        try self.check(plan)
        self.carryOut(plan)
        let again = ServiceReconciler.plan(desired: self.service, observed: .init(tasks: self.tasks), at: self.now)
        let isFixed = again.starts.isEmpty && again.stops.isEmpty
        #expect(isFixed, "a plan carried out is not planned again")
    }

    private func check(_ plan: ServicePlan) throws {
        let cap = self.service.desiredCount * self.maximum / 100
        let floor = (self.service.desiredCount * self.minimum + 99) / 100
        let started = plan.starts.reduce(0) { $0 + $1.count }
        #expect(started == 0 || self.tasks.count + started <= cap, "more tasks than the maximum allows")
        let stopped = Set(plan.stops.map(\.task))
        #expect(stopped.count == plan.stops.count, "a task is stopped twice")
        let healthy = self.tasks.filter { $0.targetHealth == .healthy && !$0.isStopping }
        let remaining = healthy.count { !stopped.contains($0.id) }
        #expect(remaining == healthy.count || remaining >= floor, "fewer healthy tasks than the minimum")
        for stop in plan.stops {
            #expect(self.tasks.contains { $0.id == stop.task && !$0.isStopping }, "a task that is gone is stopped")
        }
        #expect(plan.revisions.count { $0.role == .primary } == 1)
    }

    private mutating func carryOut(_ plan: ServicePlan) {
        self.ended = []
        self.service.revisions = plan.revisions
        self.service.steadySince = plan.steadySince
        for start in plan.starts {
            for _ in 0..<start.count {
                self.nextID += 1
                self.tasks.append(
                    ObservedTask(id: "t\(self.nextID)", revision: start.revision, phase: .pending, createdAt: self.now))
            }
        }
        let stopped = Set(plan.stops.map(\.task))
        for index in self.tasks.indices where stopped.contains(self.tasks[index].id) {
            self.tasks[index].isStopping = true
        }
    }
}
