internal import DeploymentEngine
internal import Model

/// One seeded history of a service that Amazon ECS deploys: the machines of the product (deployments, the scheduler, tasks) in
/// a world of random delays, failures, crashes, deaths, answers and wishes.
struct NativeWorld: SimulatedWorld {
    typealias Deployment = ServiceDeployment
    typealias RevisionID = ServiceDeployment.RevisionID
    typealias Group = SimulatedBalancer.Group

    enum Event {
        /// The scheduler looks; where it asked for this moment itself, only if it has not looked since.
        case schedule(wake: Int?)
        /// The scheduler writes what it planned a moment ago.
        case record(ServicePlan, roster: RevisionRoster, ended: [String], life: Int)
        case task(String, TaskMachine.Command, life: Int)
        case health(String, SimulatedTask.Target)
        case exit(String)
        /// Tasks die: one, or all of a revision.
        case deaths(all: Bool)
        case flap
        /// The driver looks at the revisions.
        case look
        /// Every worker of the proxy has what is written.
        case serve
        case attempt(Deployment.Command, life: Int)
        case result(Deployment.Command, Answer, life: Int)
        case action(Deployment.ID, run: Int, Deployment.HookAction)
        case stop(Deployment.ID, Deployment.StopType)
        case migrationEnd(Deployment.ID, code: Int)
        case alarms(Set<String>)
        case poll
        case request
        case desire(Int)
        case jump(Duration)
    }

    enum Answer {
        case done
        case inspected(isSplit: Bool)
        case migrating
        case hook(Deployment.HookAnswer)
        case failed(Deployment.CommandFailure)
    }

    /// How the tasks of a revision do.
    enum Quality {
        case good
        case withoutImage
        case crashing
        case neverHealthy
    }

    /// The load balancers of the service.
    enum Balancing {
        case none
        /// Of a rolling service.
        case single
        case pair
        case pairWithTest
    }

    static let engine = "native"
    static let alarm = "errors"

    let sabotage: NativeSabotage?
    let isCalm: Bool
    let savesAlways: Bool
    let balancing: Balancing
    let minimumHealthyPercent: Int
    let maximumPercent: Int
    let timeScale: TimeScale
    var time: Timeline<Event>
    var desiredCount: Int

    // What the store holds.
    var roster = RevisionRoster([])
    var groups: [RevisionID: Group] = [:]
    var tasks: [SimulatedTask] = []
    var deployments: [Deployment] = []
    /// Of the newest deployment.
    var strategy = Deployment.Strategy.rolling
    /// What the last successful deployment brought.
    var good: RevisionID?
    var steadySince: Timestamp?

    // The world around it.
    var balancer = SimulatedBalancer()
    var qualities: [RevisionID: Quality] = [:]
    var ringing: Set<String> = []
    /// By deployment; without a code while it runs.
    var migrations: [Deployment.ID: Int?] = [:]
    var ledger = NativeLedger()
    var requestsLeft: Int
    var taskCount = 0

    // The server's memory.
    /// Grows with each crash: answers to an earlier life are lost.
    var life = 0
    var isPerforming = false
    var calls: Set<Deployment.CommandID> = []
    var schedulesSoon = false
    var looksSoon = false
    var wake = 0
    /// Of `NativeSabotage.loseCommits`.
    var oldCopy: Deployment?

    var seed: UInt64 { self.time.seed }
    var now: Timestamp { self.time.now }
    var elapsed: Duration { self.time.elapsed }
    var isRolling: Bool { self.strategy == .rolling }
    var active: Int? { self.deployments.firstIndex { $0.status.isActive } }

    init(seed: UInt64) { self.init(seed: seed, sabotage: nil) }

    init(seed: UInt64, sabotage: NativeSabotage?) {
        self.sabotage = sabotage
        self.isCalm = false
        self.savesAlways = seed % 20 == 0
        var time = Timeline<Event>(seed: seed)
        self.balancing = time.random.pick([.none, .single, .pair, .pairWithTest, .pairWithTest])
        (self.minimumHealthyPercent, self.maximumPercent) = time.random.pick([
            (100, 200), (50, 200), (0, 100),
        ])
        self.timeScale = time.random.chance(50) ? .realTime : TimeScale(60) ?? .realTime
        self.desiredCount = time.random.chance(4) ? 0 : time.random.chance(60) ? 1 : 2
        self.requestsLeft = 1 + Int(time.random.next() % 3)
        self.time = time
        self.time.plan(.request, in: .zero)
        let span = self.span
        if self.time.random.chance(20) { self.time.plan(.deaths(all: self.time.random.chance(30)), in: span) }
        if self.time.random.chance(10) { self.time.plan(.flap, in: span) }
        if self.time.random.chance(8) { self.time.plan(.desire(self.time.random.pick([0, 1, 2, 3])), in: span) }
        if self.time.random.chance(8) {
            self.time.plan(
                .jump(self.time.random.pick([.seconds(-300), .seconds(90), .minutes(20), .hours(3)])), in: span)
        }
    }

    /// A service of a fleet, in which nothing goes wrong.
    init(fleet seed: UInt64) {
        self.sabotage = nil
        self.isCalm = true
        self.savesAlways = false
        self.balancing = .pairWithTest
        (self.minimumHealthyPercent, self.maximumPercent) = (100, 200)
        self.timeScale = .realTime
        self.desiredCount = 1
        self.requestsLeft = 1
        self.time = Timeline(seed: seed)
        self.time.plan(.request, in: .zero)
    }

    /// When something happens next, a timer or an event.
    var nextMoment: Timestamp? {
        let timer = self.isPerforming ? nil : self.active.flatMap { self.deployments[$0].nextTimer?.deadline }
        return [self.time.next, timer].compactMap { $0 }.min()
    }

    mutating func happenNext() throws(Violation) { _ = try self.step() }

    mutating func passIdly(until moment: Timestamp) { self.time.pass(until: moment) }

    /// Whether the dice say that something goes wrong, in `percent` of a hundred cases.
    mutating func mishap(_ percent: Int) -> Bool { self.isCalm ? false : self.time.random.chance(percent) }

    /// Milliseconds in which most of a deployment happens.
    var span: ClosedRange<Int> { self.timeScale == .realTime ? 1...1_200_000 : 1...120_000 }

    func isSound(_ revision: RevisionID?) -> Bool { revision.map { self.qualities[$0] == .good } ?? false }

    func hasHealthyTarget(in group: Group) -> Bool {
        self.tasks.contains { $0.group == group && $0.target == .healthy && $0.machine.phase == .running }
    }

    func hasNewer(than deployment: Deployment) -> Bool { self.deployments.last?.id != deployment.id }

    // MARK: Turns

    mutating func run() throws(Violation) {
        for _ in 0..<5000 {
            guard try self.turn() else { break }
        }
        // Tasks that crash again and again, in a deployment that waits for a day: there is no end to what happens, but to this.
        if !self.isOver, self.qualities.values.contains(.crashing) { return }
        guard self.isOver else { throw self.violation("the world does not come to rest: \(self.deployments)") }
        try self.ledger.finish(self)
        try self.rest()
    }

    private var isOver: Bool { self.active == nil && self.requestsLeft == 0 }

    /// The next thing in time: a timer or an event. `false` when all deployments have ended and no more will come.
    private mutating func turn() throws(Violation) -> Bool {
        guard !self.isOver else { return false }
        return try self.step()
    }

    private mutating func step() throws(Violation) -> Bool {
        let active = self.active
        let timer = self.sabotage == .loseTimers ? nil : active.flatMap { self.deployments[$0].nextTimer }
        // A command under way is waited for: what was done in time must not be lost to a deadline that passed.
        if let active, let timer, !self.isPerforming, self.time.next.map({ timer.deadline <= $0 }) ?? true {
            self.time.pass(until: timer.deadline)
            if Seeds.isReplay { print(self.elapsed, "timer", timer.id.number, self.deployments[active].id) }
            let step = self.deployments[active].timerFired(timer.id, at: self.now)
            try self.commit(active, step)
            return true
        }
        guard let event = self.time.take() else { throw self.violation("a deployment waits for nothing") }
        try self.happen(event)
        return true
    }

    /// Deployments are over: where the last one left a revision that can run, the service comes to what it wants.
    private mutating func rest() throws(Violation) {
        let end = self.elapsed + .minutes(30)
        for _ in 0..<600 {
            guard self.time.next != nil, self.elapsed < end, let event = self.time.take() else { break }
            try self.happen(event)
        }
        guard let last = self.deployments.last else { return }
        let revision: RevisionID? =
            switch last.status {
            case .successful: last.plan.target
            case .rollbackSuccessful: last.footing.source
            case .rollbackFailed, .stopped, .pending, .inProgress, .stopRequested, .rollbackRequested,
                .rollbackInProgress:
                nil
            }
        // What an earlier deployment has left behind goes with the next one that gets as far.
        guard let revision, self.isSound(revision), last.footing.strays.isEmpty || last.status == .successful else {
            return
        }
        let live = self.tasks.filter { !$0.isStopped }
        guard live.count == self.desiredCount, live.allSatisfy({ $0.serves && $0.revision == revision }) else {
            throw self.violation(
                "the service does not come to rest: \(live.map { "\($0.id) \($0.revision.rawValue) \($0.machine.phase)" }), "
                    + "wanted \(self.desiredCount) of \(revision.rawValue), \(self.roster)")
        }
    }

    private mutating func happen(_ event: Event) throws(Violation) {
        if Seeds.isReplay { print(self.elapsed, event) }
        switch event {
        case .schedule(let wake):
            if let wake, wake != self.wake { return }
            try self.schedule()
        case .record(let plan, let roster, let ended, let life):
            if life == self.life { self.record(plan, of: roster, ended: ended) }
        case .task(let id, let command, let life):
            if life == self.life { try self.carryOut(command, of: id) }
        case .health(let id, let target): self.setTarget(of: id, to: target)
        case .exit(let id): self.exit(id)
        case .deaths(let all): self.kill(all: all)
        case .flap: self.flap()
        case .look: try self.look()
        case .serve:
            self.balancer.servedProduction = self.balancer.production
            self.balancer.servedTest = self.balancer.test
        case .attempt(let command, let life):
            if life == self.life { try self.attempt(command) }
        case .result(let command, let answer, let life):
            if life == self.life { try self.tell(command, answer) }
        case .action(let id, let run, let action): try self.proceed(id, run, action)
        case .stop(let id, let type): try self.stop(id, type)
        case .migrationEnd(let id, let code):
            if self.migrations[id] == .some(nil) { self.migrations[id] = code }
            self.changed()
        case .alarms(let names):
            self.ringing = names
            self.time.plan(.poll, in: 1...5000)
        case .poll: try self.poll()
        case .request: try self.request()
        case .desire(let count):
            self.desiredCount = count
            self.changed()
        case .jump(let distance):
            self.time.jump(distance)
            self.ledger.isDisturbed = true
        }
    }

    /// Something that the scheduler and the deployments depend on was committed.
    mutating func changed() {
        if !self.schedulesSoon {
            self.schedulesSoon = true
            self.time.plan(.schedule(wake: nil), in: 1...300)
        }
        if !self.looksSoon {
            self.looksSoon = true
            self.time.plan(.look, in: 1...500)
        }
    }
}
