internal import DeploymentEngine
internal import Model

/// What the invariants need to remember of a world.
struct NativeLedger {
    typealias Deployment = ServiceDeployment

    struct Run: Hashable {
        let deployment: Deployment.ID
        let number: Int
    }

    var started: [Deployment.ID: Duration] = [:]
    var stops: [Deployment.ID: Duration] = [:]
    /// What functions answered to the last call of a run.
    var answers: [Run: Deployment.HookAnswer] = [:]
    /// What somebody said to a pause.
    var actions: [Run: Deployment.HookAction] = [:]
    private var closed: Set<Run> = []
    /// Somebody rejected a call for good, or set the clock: then not everything can be as it was.
    var isDisturbed = false

    // MARK: Traffic

    /// Weights cover all of the traffic, and move only to where somebody can answer.
    func checkMove(
        from served: SimulatedBalancer.Weights, to new: SimulatedBalancer.Weights, in world: NativeWorld
    ) throws(Violation) {
        if new.values.reduce(0, +) != 1000 { throw world.violation("production weights add up to \(new)") }
        guard world.desiredCount > 0 else { return }
        for (group, weight) in new where weight > served[group, default: 0] {
            if !world.hasHealthyTarget(in: group) {
                throw world.violation("traffic moves to \(group), which has no healthy target")
            }
        }
    }

    func checkRetirement(of revisions: [Deployment.RevisionID], in world: NativeWorld) throws(Violation) {
        for id in revisions {
            guard world.strategy != .rolling, let group = world.groups[id] else { continue }
            let sharers = world.roster.entries.filter {
                !revisions.contains($0.id) && $0.role != .draining && $0.scale > 0 && world.groups[$0.id] == group
            }
            if sharers.isEmpty, world.balancer.servedProduction[group, default: 0] != 0 {
                throw world.violation("\(id.rawValue) is retired while its group serves \(world.balancer)")
            }
        }
    }

    /// The target gets tasks only after its migration said yes.
    func checkMigration(of deployment: Deployment, in world: NativeWorld) throws(Violation) {
        guard deployment.plan.migration != nil, deployment.status == .inProgress else { return }
        if world.migrations[deployment.id] != .some(0) {
            throw world.violation("the target is scaled up although its migration has not succeeded")
        }
    }

    // MARK: The scheduler

    /// The scheduler keeps the minimum of a rolling deployment, its maximum, and what serves.
    func check(_ plan: ServicePlan, in world: NativeWorld) throws(Violation) {
        let stopped = Set(plan.stops.map(\.task))
        let serving = world.tasks.filter(\.serves)
        let remaining = serving.count { !stopped.contains($0.id) }
        let live = world.tasks.count { !$0.isStopped }
        let starting = plan.starts.reduce(0) { $0 + $1.count }
        if world.isRolling {
            let floor = min(world.desiredCount, (world.desiredCount * world.minimumHealthyPercent + 99) / 100)
            if remaining < floor, remaining < serving.count {
                throw world.violation("\(remaining) of \(floor) healthy tasks remain in a rolling deployment")
            }
            let cap = world.desiredCount * world.maximumPercent / 100
            if starting > 0, live + starting > cap {
                throw world.violation("\(live + starting) tasks where \(cap) are the maximum")
            }
        }
        for task in serving where stopped.contains(task.id) {
            guard let group = task.group, !world.isRolling, world.desiredCount > 0 else { continue }
            let isReplaced = world.tasks.contains { $0.serves && $0.group == group && !stopped.contains($0.id) }
            if !isReplaced, world.balancer.servedProduction[group, default: 0] != 0 {
                throw world.violation("the task \(task.id) is stopped while its group alone serves \(world.balancer)")
            }
        }
    }

    // MARK: Hooks and waits

    mutating func check(_ step: Deployment.Step, of deployment: Deployment, in world: NativeWorld) throws(Violation) {
        for command in step.commands {
            switch command.action {
            case .setProductionTraffic(let permille, .none):
                throw world.violation("traffic moves to \(permille) without a look at anybody's health")
            case .setProductionTraffic, .inspectTraffic, .reconcile, .startMigration, .stopMigration, .scaleUp,
                .setTestTraffic, .invokeHook, .retire, .restore, .scaleDown:
                break
            }
        }
        for notice in step.notices {
            switch notice {
            case .hookChanged(let view): try self.check(view, of: deployment, in: world)
            case .statusChanged, .legBegan, .productionTrafficServed, .testTrafficServed, .commandPostponed, .failed,
                .migrationStarted, .migrationSucceeded:
                break
            }
        }
        if deployment.status.isActive, deployment.status != .pending, step != .nothing {
            try self.checkLiveness(of: deployment, in: world)
        }
    }

    private mutating func check(
        _ view: Deployment.HookView, of deployment: Deployment, in world: NativeWorld
    ) throws(Violation) {
        let run = Run(deployment: deployment.id, number: view.run)
        switch view.status {
        case .awaitingAction, .inProgress:
            if self.closed.contains(run) { throw world.violation("the hook \(run) begins again") }
            return
        case .succeeded:
            let isSaid =
                switch view.hook.target {
                case .function: self.answers[run] == .succeeded
                case .pause: self.actions[run] == .proceed
                }
            if !isSaid { throw world.violation("\(view.stage.rawValue) succeeds without its function having said so") }
        case .failed: break
        case .timedOut:
            if world.now < view.expiresAt { throw world.violation("\(view.stage.rawValue) times out too early") }
        }
        if !self.closed.insert(run).inserted { throw world.violation("the result of \(run) counts twice") }
    }

    /// A wait has a reason and a deadline, a deployment its time, and a stop its effect.
    private func checkLiveness(of deployment: Deployment, in world: NativeWorld) throws(Violation) {
        guard let wait = deployment.wait, let deadline = wait.deadline, !wait.reason.isEmpty, !wait.exit.isEmpty else {
            throw world.violation("a wait without a reason, a deadline or an exit: \(deployment)")
        }
        if !world.time.hasJumped, deadline - world.now > .hours(25) {
            throw world.violation("a wait of \(deadline - world.now): \(wait)")
        }
        if let start = self.started[deployment.id], world.elapsed - start > .hours(24 * 31) {
            throw world.violation("the deployment \(deployment.id) does not end: \(wait)")
        }
        if let stop = self.stops[deployment.id], world.elapsed - stop > .hours(75) {
            throw world.violation("the stopped deployment \(deployment.id) does not end: \(wait)")
        }
    }

    // MARK: Ends

    /// What a deployment leaves behind.
    func ended(_ deployment: Deployment, in world: NativeWorld) throws(Violation) {
        let target = deployment.plan.target
        if world.migrations[deployment.id] == .some(nil), !world.ledger.isDisturbed {
            throw world.violation("a deployment has ended, its migration has not")
        }
        switch deployment.status {
        case .successful:
            try self.checkHooks(of: deployment, in: world)
            guard world.roster.entries.first?.id == target || world.hasNewer(than: deployment) else {
                throw world.violation("a deployment succeeds whose revision is not PRIMARY")
            }
            try self.checkServing(target, of: deployment, in: world)
            guard deployment.plan.strategy != .rolling else { return }
            let left = world.tasks.filter { !$0.isStopped && $0.revision != target }
            if !left.isEmpty, deployment.footing.strays.isEmpty {
                throw world.violation("a deployment succeeds and leaves \(left.map(\.revision.rawValue))")
            }
        case .rollbackSuccessful:
            guard let source = deployment.footing.source else {
                throw world.violation("a deployment is rolled back to nothing")
            }
            // One that could not even read the rules has changed nothing about them.
            let isInspected = deployment.legs.dropFirst().first?.leg != .scaleDown
            if isInspected { try self.checkServing(source, of: deployment, in: world) }
            let entry = world.roster.entries.first { $0.id == source }
            let isBack = entry?.scale == 100 && (entry?.role == .primary || world.hasNewer(than: deployment))
            if !isBack { throw world.violation("after a rollback the source is not what it was: \(world.roster)") }
            let left = world.tasks.filter { !$0.isStopped && $0.revision == target }
            if !left.isEmpty {
                throw world.violation("after a rollback the service is not what it was: \(left.count) left")
            }
            if deployment.plan.traffic == .productionAndTest, deployment.isTestTrafficOnTarget {
                throw world.violation("after a rollback test traffic is not what it was")
            }
        case .rollbackFailed:
            // Only where there is nothing to return to, or somebody refused, or the source has died.
            // On a scaled clock an outage can outlast the deadlines.
            guard deployment.footing.source != nil, !self.isDisturbed, world.timeScale == .realTime,
                world.isSound(deployment.footing.source)
            else {
                return
            }
            throw world.violation("a rollback fails for no reason: \(deployment.statusReason ?? "")")
        case .stopped, .pending, .inProgress, .stopRequested, .rollbackRequested, .rollbackInProgress: break
        }
    }

    private func checkServing(
        _ revision: Deployment.RevisionID, of deployment: Deployment, in world: NativeWorld
    ) throws(Violation) {
        guard deployment.plan.traffic != .none, let group = world.groups[revision] else { return }
        let balancer = world.balancer
        if balancer.servedProduction != SimulatedBalancer.all(to: group)
            || balancer.production != balancer.servedProduction
        {
            throw world.violation(
                "\(deployment.status.rawValue), and \(revision.rawValue) does not serve alone: \(balancer)")
        }
    }

    /// Every hook of every stage has run.
    private func checkHooks(of deployment: Deployment, in world: NativeWorld) throws(Violation) {
        let stages = Set(deployment.legs.compactMap { Self.stage(of: $0.leg, in: deployment) })
        for hook in deployment.plan.hooks {
            for stage in hook.stages where stages.contains(stage) {
                let views = deployment.hookViews.filter { $0.hook == hook && $0.stage == stage }
                let isPassed = views.contains { view in
                    view.status == .succeeded || view.status == .timedOut && hook.timeoutAction == .proceed
                }
                if !isPassed { throw world.violation("\(stage.rawValue) is passed without its function") }
            }
        }
    }

    private static func stage(of leg: Deployment.Leg, in deployment: Deployment) -> Deployment.HookStage? {
        if deployment.plan.strategy == .rolling { return leg == .preScaleUp ? .preScaleUp : nil }
        switch leg {
        case .reconcileService: return .reconcileService
        case .preScaleUp: return .preScaleUp
        case .postScaleUp: return .postScaleUp
        case .testTrafficShift: return .testTrafficShift
        case .postTestTrafficShift: return .postTestTrafficShift
        case .preProductionTrafficShift: return .preProductionTrafficShift
        case .productionTrafficShift: return .productionTrafficShift
        case .postProductionTrafficShift: return .postProductionTrafficShift
        case .inspection, .migration, .scaleUp, .bakeTime, .cleanUp, .restoreSource, .returnProductionTraffic,
            .returnTestTraffic,
            .scaleDown:
            return nil
        }
    }

    /// Every deployment has ended, and the service has come to rest at what it wants.
    func finish(_ world: NativeWorld) throws(Violation) {
        for deployment in world.deployments where deployment.status.isActive {
            throw world.violation("\(deployment.id) never ends: \(deployment)")
        }
    }
}
