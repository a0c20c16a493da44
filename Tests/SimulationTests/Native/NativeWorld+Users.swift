internal import DeploymentEngine
internal import Model

// What users wish.
extension NativeWorld {
    /// CreateService, or an UpdateService that makes a new deployment.
    mutating func request() throws(Violation) {
        guard self.requestsLeft > 0 else { return }
        self.requestsLeft -= 1
        let number = self.deployments.count
        let target = RevisionID(rawValue: "ecs-svc/\(number + 1)")
        self.qualities[target] = self.randomQuality(isFirst: number == 0)
        let plan = self.isCalm ? self.calmPlan(target) : self.randomPlan(target)
        let id = Deployment.ID(rawValue: "d\(number)")
        self.roster.deploy(target)
        for index in self.deployments.indices where self.deployments[index].status.isActive {
            let step = self.deployments[index].superseded(at: self.now)
            try self.absorb(index, step)
        }
        self.strategy = plan.strategy
        self.deployments.append(Deployment(id: id, plan: plan, createdAt: self.now))
        self.changed()
        guard !self.isCalm else { return try self.drive() }
        let span = self.span
        if self.time.random.chance(25) {
            self.time.plan(.stop(id, self.time.random.chance(60) ? .rollback : .abort), in: span)
        }
        if plan.alarms.isEnabled, self.time.random.chance(40) {
            self.time.plan(.alarms([Self.alarm]), in: span)
            if self.time.random.chance(50) { self.time.plan(.alarms([]), in: span) }
        }
        // A newer one overtakes.
        if self.requestsLeft > 0, self.time.random.chance(35) { self.time.plan(.request, in: span) }
        try self.drive()
    }

    mutating func stop(_ id: Deployment.ID, _ type: Deployment.StopType) throws(Violation) {
        guard let index = self.deployments.firstIndex(where: { $0.id == id }) else { return }
        switch self.deployments[index].stopRequested(type, at: self.now) {
        case .accepted(let step):
            if self.ledger.stops[id] == nil { self.ledger.stops[id] = self.elapsed }
            try self.commit(index, step)
        case .alreadyEnded:
            if self.deployments[index].status.isActive { throw self.violation("an active deployment refuses to stop") }
        }
    }

    /// Somebody may say something to a pause.
    mutating func answerPause(_ view: Deployment.HookView, of deployment: Deployment) {
        guard view.status == .awaitingAction, self.time.random.chance(70) else { return }
        let action: Deployment.HookAction = self.time.random.chance(80) ? .proceed : .rollback
        self.time.plan(.action(deployment.id, run: view.run, action), in: 1...300_000)
    }

    mutating func proceed(
        _ id: Deployment.ID, _ run: Int, _ action: Deployment.HookAction
    ) throws(Violation) {
        guard let index = self.deployments.firstIndex(where: { $0.id == id }) else { return }
        let key = NativeLedger.Run(deployment: id, number: run)
        let before = self.ledger.actions[key]
        self.ledger.actions[key] = action
        switch self.deployments[index].pauseContinued(run, action, at: self.now) {
        case .accepted(let step):
            if before != nil { throw self.violation("the pause \(key) is continued twice") }
            try self.commit(index, step)
            // Said again.
            self.time.plan(.action(id, run: run, action), in: 1...5000)
        case .notWaiting, .alreadyEnded: self.ledger.actions[key] = before
        }
    }

    private mutating func randomQuality(isFirst: Bool) -> Quality {
        guard self.mishap(isFirst ? 5 : 22) else { return .good }
        return self.time.random.pick([.withoutImage, .crashing, .neverHealthy])
    }

    /// A canary with a hook.
    private func calmPlan(_ target: RevisionID) -> Deployment.Plan {
        Deployment.Plan(
            target: target, strategy: .canary(permille: 100, bake: .minutes(5)), bakeTime: .minutes(5),
            hooks: [.init(target: .function(arn: "check", roleARN: nil), stages: [.postTestTrafficShift])],
            traffic: .productionAndTest, circuitBreaker: CircuitBreaker(isEnabled: true, rollsBack: true))
    }

    private mutating func randomPlan(_ target: RevisionID) -> Deployment.Plan {
        let native: [Deployment.Strategy] = [
            .blueGreen, .linear(permille: 300, bake: .minutes(2)), .canary(permille: 50, bake: .minutes(5)),
            .canary(permille: 125, bake: .zero),
        ]
        let strategy: Deployment.Strategy
        let traffic: Deployment.Traffic
        switch self.balancing {
        case .none: (strategy, traffic) = (self.time.random.pick([.rolling] + native), .none)
        case .single: (strategy, traffic) = (.rolling, .none)
        case .pair: (strategy, traffic) = (self.time.random.pick(native), .production)
        case .pairWithTest: (strategy, traffic) = (self.time.random.pick(native), .productionAndTest)
        }
        return Deployment.Plan(
            target: target, strategy: strategy,
            bakeTime: strategy == .rolling ? .zero : self.time.random.pick([.zero, .minutes(5)]),
            hooks: self.randomHooks(), traffic: traffic,
            circuitBreaker: CircuitBreaker(
                isEnabled: self.time.random.chance(60) || self.qualities[target] == .crashing,
                rollsBack: self.time.random.chance(80)),
            alarms: .init(
                names: [Self.alarm], isEnabled: self.time.random.chance(25), rollsBack: self.time.random.chance(80)),
            migration: self.time.random.chance(15)
                ? .init(container: SimulatedTask.container, command: ["migrate"], timeLimit: .minutes(30)) : nil,
            timeScale: self.timeScale)
    }

    private mutating func randomHooks() -> [Deployment.Hook] {
        var hooks: [Deployment.Hook] = []
        for number in 0..<Int(self.time.random.next() % 4) {
            let isPause = self.time.random.chance(25)
            let stages = Deployment.HookStage.allCases.filter { stage in
                isPause && (stage == .testTrafficShift || stage == .productionTrafficShift)
                    ? false : self.time.random.chance(25)
            }
            guard !stages.isEmpty else { continue }
            hooks.append(
                .init(
                    target: isPause ? .pause : .function(arn: "check-\(number)", roleARN: nil), stages: stages,
                    details: "{\"number\":\(number)}",
                    timeout: self.time.random.pick([.minutes(10), .hours(2), .hours(24)]),
                    timeoutAction: self.time.random.chance(70) ? .rollback : .proceed))
        }
        return hooks
    }
}
