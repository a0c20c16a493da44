internal import DeploymentEngine
internal import Model

// The scheduler and the tasks.
extension NativeWorld {
    mutating func schedule() throws(Violation) {
        self.schedulesSoon = false
        let desired = DesiredService(
            controller: self.isRolling
                ? .rolling(minimumHealthyPercent: self.minimumHealthyPercent, maximumPercent: self.maximumPercent)
                : .taskSets,
            desiredCount: self.desiredCount, isDeploying: self.roster.isDeploying,
            settlingTime: self.timeScale.wait(.seconds(40)),
            revisions: self.roster.released(isRolling: self.isRolling).map { entry in
                .init(
                    id: entry.id.rawValue, role: entry.role,
                    desiredCount: entry.computedDesiredCount(of: self.desiredCount),
                    hasTargets: self.balancing != .none, progress: entry.progress)
            }, steadySince: self.steadySince)
        let ended = self.tasks.filter(\.isStopped)
        let observed = ObservedService(
            tasks: self.tasks.filter { !$0.isStopped }.map(\.observed), ended: ended.map(\.ended))
        let plan = ServiceReconciler.plan(desired: desired, observed: observed, at: self.now)
        try self.ledger.check(plan, in: self)
        if self.mishap(10) {
            self.time.plan(.record(plan, roster: self.roster, ended: ended.map(\.id), life: self.life), in: 1...50)
        } else {
            self.record(plan, of: self.roster, ended: ended.map(\.id))
        }
    }

    /// One transaction. A plan about revisions that have changed since is dropped.
    mutating func record(_ plan: ServicePlan, of roster: RevisionRoster, ended: [String]) {
        guard self.roster == roster else { return self.changed() }
        for start in plan.starts {
            for _ in 0..<start.count { self.start(.init(rawValue: start.revision)) }
        }
        for stop in plan.stops {
            guard let index = self.index(stop.task) else { continue }
            self.tasks[index].machine.stopRequested(stop.stop, at: self.now)
            self.tend(index)
        }
        self.tasks.removeAll { ended.contains($0.id) }
        self.roster.apply(plan)
        self.steadySince = plan.steadySince
        self.wake += 1
        if let wakeAt = plan.wakeAt { self.time.plan(.schedule(wake: self.wake), in: wakeAt - self.now) }
        if self.roster != roster || !plan.starts.isEmpty || !plan.stops.isEmpty || !ended.isEmpty { self.changed() }
    }

    private mutating func start(_ revision: RevisionID) {
        self.taskCount += 1
        let group: Group? =
            switch self.balancing {
            case .none: nil
            case .single: .first
            case .pair, .pairWithTest: self.groups[revision]
            }
        self.tasks.append(SimulatedTask(id: "t\(self.taskCount)", revision: revision, group: group, at: self.now))
        self.tend(self.tasks.count - 1)
    }

    func index(_ task: String) -> Int? { self.tasks.firstIndex { $0.id == task } }

    // MARK: Tasks

    /// Begins what the task's machine asks for.
    mutating func tend(_ index: Int) {
        for command in self.tasks[index].machine.commands {
            let delay: ClosedRange<Int>
            switch command {
            case .createSandbox, .removeSandbox: delay = 1...500
            case .prepareImage: delay = 1...3000
            case .startContainer: delay = 1...1000
            case .registerTargets, .deregisterTargets: delay = 1...300
            case .stopContainer: delay = 1...5000
            // Exits come by themselves, and there are no health commands.
            case .watchContainer, .probeHealth, .awaitStartTimeout: continue
            }
            guard self.tasks[index].underWay.insert(command).inserted else { continue }
            self.time.plan(.task(self.tasks[index].id, command, life: self.life), in: delay)
        }
    }

    mutating func carryOut(_ command: TaskMachine.Command, of id: String) throws(Violation) {
        guard let index = self.index(id) else { return }
        let quality = self.qualities[self.tasks[index].revision] ?? .good
        let container = SimulatedTask.container
        self.tasks[index].underWay.remove(command)
        switch command {
        case .createSandbox: self.tasks[index].machine.sandboxCreated(at: self.now)
        case .prepareImage:
            if quality == .withoutImage {
                self.tasks[index].machine.imageFailed(of: container, "CannotPullContainerError", at: self.now)
            } else {
                self.tasks[index].machine.imagePrepared(of: container, digest: nil, at: self.now)
            }
        case .startContainer:
            self.tasks[index].machine.containerStarted(container, at: self.now)
            if quality == .crashing { self.time.plan(.exit(id), in: 1000...20_000) }
        case .registerTargets:
            self.tasks[index].target = self.tasks[index].target ?? .initial
            self.tasks[index].machine.targetsRegistered(at: self.now)
            if quality != .neverHealthy { self.time.plan(.health(id, .healthy), in: 500...20_000) }
        case .deregisterTargets:
            guard self.tasks[index].target == .draining || self.sabotage == .skipDraining else {
                self.tasks[index].target = .draining
                self.tasks[index].underWay.insert(command)
                self.time.plan(.task(id, command, life: self.life), in: 1000...10_000)
                return
            }
            if self.sabotage != .skipDraining { self.tasks[index].target = nil }
            self.tasks[index].machine.targetsDeregistered(at: self.now)
        case .stopContainer:
            if self.tasks[index].target != nil {
                throw self.violation("the task \(id) is stopped, and its target has not drained")
            }
            self.tasks[index].machine.containerExited(container, code: 143, outOfMemory: false, at: self.now)
        case .removeSandbox: self.tasks[index].machine.sandboxRemoved(at: self.now)
        case .watchContainer, .probeHealth, .awaitStartTimeout: break
        }
        try self.saveTask(index)
    }

    private mutating func saveTask(_ index: Int) throws(Violation) {
        if self.savesAlways { self.tasks[index].machine = try self.savedAndLoaded(self.tasks[index].machine) }
        self.tend(index)
        self.changed()
    }

    // MARK: What happens to them

    mutating func setTarget(of id: String, to target: SimulatedTask.Target) {
        guard let index = self.index(id) else { return }
        switch self.tasks[index].target {
        case .initial, .healthy, .unhealthy:
            self.tasks[index].target = target
            self.changed()
        case .draining, nil: break
        }
    }

    mutating func exit(_ id: String) {
        guard let index = self.index(id) else { return }
        self.tasks[index].machine.containerExited(
            SimulatedTask.container, code: 1, outOfMemory: false, at: self.now)
        if self.tasks[index].target == .healthy { self.tasks[index].target = .unhealthy }
        self.tend(index)
        self.changed()
    }

    mutating func kill(all: Bool) {
        guard let victim = self.tasks.filter({ $0.machine.phase == .running }).first else { return }
        let victims = self.tasks.filter { all ? $0.revision == victim.revision : $0.id == victim.id }
        for task in victims where task.machine.phase == .running { self.exit(task.id) }
    }

    /// A target fails its checks for a while.
    mutating func flap() {
        let running = self.tasks.filter { $0.target == .healthy }
        guard !running.isEmpty else { return }
        let id = self.time.random.pick(running).id
        self.setTarget(of: id, to: .unhealthy)
        self.time.plan(.health(id, .healthy), in: 1000...60_000)
    }
}
