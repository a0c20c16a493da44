internal import DeploymentEngine
internal import Model

// What commands of deployments do to the world.
extension NativeWorld {
    mutating func attempt(_ command: Deployment.Command) throws(Violation) {
        var answer: Answer? = .failed(.transient(reason: "connection reset"))
        if !self.mishap(4) {
            answer = try self.perform(command)
            if answer != nil, self.mishap(3) { answer = .failed(.transient(reason: "the reply was lost")) }
            if answer != nil, self.mishap(1) {
                answer = .failed(.rejected(reason: "the world says no"))
                self.ledger.isDisturbed = true
            }
        }
        // A function may never answer.
        if let answer { self.time.plan(.result(command, answer, life: self.life), in: 1...2000) }
        // The process may die before the answer is stored.
        if self.mishap(2) {
            try self.crash()
            try self.drive()
        }
    }

    private mutating func perform(_ command: Deployment.Command) throws(Violation) -> Answer? {
        guard let deployment = self.deployments.first(where: { $0.id == command.id.deployment }) else { return nil }
        switch command.action {
        case .inspectTraffic: return self.inspect(for: deployment)
        case .invokeHook(let invocation): return self.call(invocation, of: deployment)
        case .setTestTraffic(let side):
            guard let group = self.group(of: side, in: deployment) else { return .done }
            self.balancer.test = SimulatedBalancer.all(to: group)
            guard self.isServed else { return .failed(.notYet(reason: "routing generation is not served")) }
            self.balancer.servedTest = self.balancer.test
            return .done
        case .setProductionTraffic(let permille, let side):
            return try self.setProduction(permille, needs: side, for: deployment)
        case .reconcile(_, let retiring):
            let answer = try self.setProduction(0, needs: .source, for: deployment)
            if case .done = answer { self.retire(retiring) }
            return answer
        case .startMigration:
            try self.startMigration(of: deployment.id)
            return .migrating
        case .stopMigration:
            guard self.migrations[deployment.id] == .some(nil) else { return .done }
            self.time.plan(.migrationEnd(deployment.id, code: 143), in: 100...30_000)
            return .failed(.notYet(reason: "the migration task has not stopped yet"))
        case .scaleUp:
            try self.ledger.checkMigration(of: deployment, in: self)
            self.roster.scaleUp(deployment.plan.target)
            self.changed()
            return .done
        case .retire(let revisions):
            try self.ledger.checkRetirement(of: revisions, in: self)
            self.retire(revisions)
            return .done
        case .restore(let source):
            self.roster.restore(source, as: .active)
            self.changed()
            return .done
        case .scaleDown(let source):
            if self.sabotage != .keepTarget {
                self.roster.scaleDown(
                    deployment.plan.target, returningTo: source, isRolling: deployment.plan.strategy == .rolling)
            }
            self.changed()
            return .done
        }
    }

    /// Some fail, and some never end.
    private mutating func startMigration(of id: Deployment.ID) throws(Violation) {
        guard self.migrations[id] == nil else { return }
        if self.migrations.values.contains(nil) { throw self.violation("two migrations run at once") }
        self.migrations.updateValue(nil, forKey: id)
        guard !self.mishap(5) else { return }
        self.time.plan(.migrationEnd(id, code: self.mishap(10) ? 1 : 0), in: 100...120_000)
    }

    private mutating func retire(_ revisions: [RevisionID]) {
        self.roster.retire(revisions)
        self.changed()
    }

    // MARK: Traffic

    private mutating func inspect(for deployment: Deployment) -> Answer {
        let serving = Group.allCases.filter { self.balancer.production[$0, default: 0] > 0 }
        guard serving.count == 1 || !deployment.footing.strays.isEmpty else {
            return .failed(.rejected(reason: "found \(serving.count) target groups which are serving traffic"))
        }
        let live = deployment.footing.source.flatMap { self.groups[$0] } ?? serving.first ?? .first
        self.groups[deployment.plan.target] = live.other
        return .inspected(isSplit: serving != [live])
    }

    private func group(of side: Deployment.Side, in deployment: Deployment) -> Group? {
        switch side {
        case .target: self.groups[deployment.plan.target]
        case .source: deployment.footing.source.flatMap { self.groups[$0] }
        }
    }

    private mutating func setProduction(
        _ permille: Int, needs side: Deployment.Side?, for deployment: Deployment
    ) throws(Violation) -> Answer {
        if let side, self.desiredCount > 0, self.sabotage != .ignoreHealth,
            let group = self.group(of: side, in: deployment), !self.hasHealthyTarget(in: group)
        {
            return .failed(.notYet(reason: "no healthy target in \(group)"))
        }
        let source = deployment.footing.source
        if self.sabotage == .leaveSplit, permille == 0, deployment.status == .rollbackInProgress { return .done }
        if let refusal = try self.moveProduction(permille, for: deployment) { return refusal }
        if self.sabotage == .retireSourceEarly, permille > 0, permille < 1000, let source {
            try self.ledger.checkRetirement(of: [source], in: self)
        }
        return .done
    }

    /// Writes the weights, and has them served.
    private mutating func moveProduction(_ permille: Int, for deployment: Deployment) throws(Violation) -> Answer? {
        guard self.balancing == .pair || self.balancing == .pairWithTest,
            let target = self.groups[deployment.plan.target]
        else { return nil }
        let lost = self.sabotage == .loseWeight && permille > 0 ? 10 : 0
        self.balancer.production = [target: permille, target.other: 1000 - permille - lost]
        try self.ledger.checkMove(from: self.balancer.servedProduction, to: self.balancer.production, in: self)
        guard self.isServed else {
            if self.sabotage == .acknowledgeTooEarly { return nil }
            return .failed(.notYet(reason: "routing generation is not served"))
        }
        self.balancer.servedProduction = self.balancer.production
        return nil
    }

    /// Whether every worker of the proxy has what was just stored.
    private var isServed: Bool {
        mutating get {
            guard self.mishap(15) else { return true }
            self.time.plan(.serve, in: 100...5000)
            return false
        }
    }

    // MARK: Hooks

    private mutating func call(_ invocation: Deployment.HookInvocation, of deployment: Deployment) -> Answer? {
        let answer: Deployment.HookAnswer
        switch self.isCalm ? 0 : self.time.random.next() % 100 {
        case 0..<80: answer = .succeeded
        case 80..<86: answer = .failed
        case 86..<95:
            let delay: Duration? = self.time.random.chance(50) ? .seconds(5) : nil
            answer = .inProgress(callBackDelay: delay, details: self.time.random.chance(50) ? "{\"step\":1}" : nil)
        case 95..<97: answer = .unusable("The answer cannot be read.")
        case 97: return nil
        default: return .failed(.transient(reason: "TooManyRequestsException"))
        }
        if self.sabotage == .skipHooks { return .hook(.succeeded) }
        self.ledger.answers[.init(deployment: deployment.id, number: invocation.run)] = answer
        return .hook(answer)
    }
}
