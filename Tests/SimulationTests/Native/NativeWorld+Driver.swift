internal import DeploymentEngine
internal import Model

// The driver of deployments, as the product has it: sightings, commands one at a time with hooks beside them, timers.
extension NativeWorld {
    /// Stores a value with what follows from it; a crash may come right after.
    mutating func commit(_ index: Int, _ step: Deployment.Step) throws(Violation) {
        try self.absorb(index, step)
        if self.mishap(2) { try self.crash() }
        try self.drive()
    }

    /// One transaction.
    mutating func absorb(_ index: Int, _ step: Deployment.Step) throws(Violation) {
        if self.savesAlways { self.deployments[index] = try self.savedAndLoaded(self.deployments[index]) }
        let deployment = self.deployments[index]
        if self.sabotage == .loseCommits, self.oldCopy?.id != deployment.id || self.mishap(30) {
            self.oldCopy = deployment
        }
        if Seeds.isReplay { print(self.elapsed, deployment.id, step) }
        if !step.notices.isEmpty {
            self.roster.follow(step.notices, of: deployment)
            self.changed()
        }
        try self.ledger.check(step, of: deployment, in: self)
        if self.deployments.count(where: { $0.status.isActive && $0.status != .pending }) > 1 {
            throw self.violation("two deployments are active at once")
        }
        if self.roster.entries.count(where: { $0.role == .primary }) > 1 {
            throw self.violation("two revisions are PRIMARY: \(self.roster)")
        }
        for notice in step.notices {
            switch notice {
            case .statusChanged(let status):
                if status == .successful { self.good = deployment.plan.target }
                guard !status.isActive else { continue }
                try self.ledger.ended(deployment, in: self)
                if self.requestsLeft > 0, self.active == nil { self.time.plan(.request, in: 0...60_000) }
            case .hookChanged(let view): self.answerPause(view, of: deployment)
            case .legBegan, .productionTrafficServed, .testTrafficServed, .commandPostponed, .failed, .migrationStarted,
                .migrationSucceeded:
                break
            }
        }
        try self.tryStopping(deployment)
    }

    /// Starts what is next, and performs what is outstanding.
    mutating func drive() throws(Violation) {
        let next =
            self.sabotage == .startTogether
            ? self.deployments.lastIndex { $0.status == .pending } ?? self.active : self.active
        guard let index = next else { return }
        let deployment = self.deployments[index]
        if deployment.status == .pending {
            let footing = self.roster.footing(of: deployment.plan.target, good: self.good)
            let step = self.deployments[index].start(on: footing, at: self.now)
            self.ledger.started[deployment.id] = self.elapsed
            if !self.deployments[index].watchedAlarms.isEmpty { self.time.plan(.poll, in: 1...5000) }
            return try self.commit(index, step)
        }
        let outstanding = deployment.outstandingCommands
        if !self.isPerforming, let command = outstanding.first(where: { !$0.isCall }) {
            self.isPerforming = true
            self.time.plan(.attempt(command, life: self.life), in: 1...1000)
        }
        for call in outstanding where call.isCall && self.calls.insert(call.id).inserted {
            self.time.plan(.attempt(call, life: self.life), in: 1...1000)
        }
    }

    mutating func look() throws(Violation) {
        self.looksSoon = false
        guard let index = self.active, self.deployments[index].status != .pending else { return try self.drive() }
        var counts: [RevisionID: RevisionRoster.TaskCounts] = [:]
        for task in self.tasks { counts[task.revision, default: .init()].add(task.machine.phase) }
        let id = self.deployments[index].id
        if let task = self.deployments[index].watchedMigration, let code = self.migrations[id] {
            let sighting = code.map { MigrationSighting.stopped(exitCode: $0, isCutShort: false, reason: nil) } ?? .live
            let step = self.deployments[index].migrationSeen(task, sighting, at: self.now)
            if step != .nothing { try self.commit(index, step) }
        }
        let sightings = self.roster.sightings(desiredCount: self.desiredCount, tasks: counts)
        for id in self.deployments[index].watchedRevisions.sorted(by: { $0.rawValue < $1.rawValue }) {
            let step = self.deployments[index].revisionSeen(id, sightings[id], at: self.now)
            if step != .nothing { try self.commit(index, step) }
        }
        try self.drive()
    }

    mutating func poll() throws(Violation) {
        guard let index = self.active, !self.deployments[index].watchedAlarms.isEmpty else { return }
        let step = self.deployments[index].alarmsSeen(ringing: self.ringing, at: self.now)
        try self.commit(index, step)
    }

    mutating func tell(_ command: Deployment.Command, _ answer: Answer) throws(Violation) {
        if command.isCall { self.calls.remove(command.id) } else { self.isPerforming = false }
        guard let index = self.deployments.firstIndex(where: { $0.id == command.id.deployment }) else { return }
        let step =
            switch answer {
            case .done: self.deployments[index].commandSucceeded(command.id, at: self.now)
            case .inspected(let isSplit):
                self.deployments[index].trafficInspected(command.id, isSplit: isSplit, at: self.now)
            case .migrating: self.deployments[index].migrationStarted(command.id, task: "migration", at: self.now)
            case .hook(let said): self.deployments[index].hookAnswered(command.id, said, at: self.now)
            case .failed(let failure): self.deployments[index].commandFailed(command.id, failure, at: self.now)
            }
        try self.commit(index, step)
        // Reported again, as around a restart.
        if self.mishap(3) { self.time.plan(.result(command, answer, life: self.life), in: .zero) }
    }

    /// The process dies; what is stored comes back, the world goes on meanwhile.
    mutating func crash() throws(Violation) {
        for index in self.deployments.indices where self.deployments[index].status.isActive {
            var stored = self.deployments[index]
            if self.sabotage == .loseCommits, let old = self.oldCopy, old.id == stored.id { stored = old }
            self.deployments[index] = try self.savedAndLoaded(stored)
        }
        for index in self.tasks.indices {
            self.tasks[index].machine = try self.savedAndLoaded(self.tasks[index].machine)
            self.tasks[index].underWay = []
        }
        for entry in self.roster.entries {
            guard try self.savedAndLoaded(entry.progress) == entry.progress else { continue }
        }
        self.life += 1
        self.isPerforming = false
        self.calls = []
        self.schedulesSoon = false
        self.looksSoon = false
        self.time.pass(until: self.now + self.time.random.milliseconds(100...60_000))
        for index in self.tasks.indices { self.tend(index) }
        self.changed()
        self.time.plan(.poll, in: 1...5000)
    }

    /// Whatever state a deployment is in: a copy of it, asked to stop, comes to its end while every call succeeds.
    private mutating func tryStopping(_ deployment: Deployment) throws(Violation) {
        guard deployment.status.isActive, self.mishap(4) else { return }
        var copy = deployment
        let type: Deployment.StopType = self.time.random.chance(50) ? .rollback : .abort
        _ = copy.stopRequested(type, at: self.now)
        for _ in 0..<60 where copy.status.isActive {
            if let command = copy.outstandingCommands.first {
                switch command.action {
                case .inspectTraffic: _ = copy.trafficInspected(command.id, isSplit: false, at: self.now)
                case .invokeHook: _ = copy.hookAnswered(command.id, .succeeded, at: self.now)
                case .startMigration: _ = copy.migrationStarted(command.id, task: "migration", at: self.now)
                case .reconcile, .stopMigration, .scaleUp, .setTestTraffic, .setProductionTraffic, .retire, .restore,
                    .scaleDown:
                    _ = copy.commandSucceeded(command.id, at: self.now)
                }
                continue
            }
            let before = copy
            for id in copy.watchedRevisions { _ = copy.revisionSeen(id, self.ideal(id, of: copy), at: self.now) }
            guard copy == before, let timer = copy.nextTimer else { continue }
            _ = copy.timerFired(timer.id, at: timer.deadline)
        }
        let isRight: Bool =
            switch (copy.status, type) {
            // One that has turned around already goes on with that.
            case (.stopped, _), (.rollbackSuccessful, _), (.rollbackFailed, _): true
            default: false
            }
        if !isRight {
            throw self.violation(
                "a stop does not end \(deployment.id) (\(copy.status.rawValue)): \(String(describing: copy.wait))")
        }
    }

    /// As a revision is when the way back has done its work.
    private func ideal(_ id: RevisionID, of deployment: Deployment) -> Deployment.RevisionSighting {
        let count = id == deployment.footing.source ? self.desiredCount : 0
        return .init(
            isPrimary: id == deployment.footing.source, desiredCount: self.desiredCount, requestedCount: count,
            runningCount: count, pendingCount: 0, liveCount: count, isSteady: true, failedTasks: 0, isRolledOut: true)
    }
}

extension ServiceDeployment.Command {
    /// Whether it may take minutes, and runs beside others.
    var isCall: Bool {
        switch self.action {
        case .invokeHook: true
        case .inspectTraffic, .reconcile, .startMigration, .stopMigration, .scaleUp, .setTestTraffic,
            .setProductionTraffic, .retire, .restore, .scaleDown:
            false
        }
    }
}
