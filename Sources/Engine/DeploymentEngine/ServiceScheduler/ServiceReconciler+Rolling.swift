internal import Model

/// How many tasks a rolling deployment may have, and how many healthy ones it must keep.
struct RollingLimits: Equatable {
    /// Healthy tasks that must remain.
    let floor: Int
    /// Live tasks (starting, running, stopping) of all revisions together.
    let cap: Int

    init(desiredCount: Int, minimumHealthyPercent: Int, maximumPercent: Int) {
        self.floor = (desiredCount * minimumHealthyPercent + 99) / 100
        self.cap = desiredCount * maximumPercent / 100
    }
}

extension ServiceReconciler {
    static func planRolling(
        _ desired: DesiredService, _ censuses: [RevisionCensus], limits: RollingLimits, at now: Timestamp,
        plan: inout ServicePlan
    ) {
        guard let primary = censuses.first(where: { $0.revision.role == .primary }) else { return }
        let replaced = censuses.filter { $0.revision.role != .primary }
        var budget = RollingBudget(
            room: max(0, limits.cap - censuses.reduce(0) { $0 + $1.live }),
            surplus: max(0, censuses.reduce(0) { $0 + $1.healthy.count } - limits.floor))

        let missing = desired.desiredCount - primary.sound
        if missing > 0 {
            let wanted = min(missing, budget.room)
            budget.room -= Self.start(wanted, of: primary.revision, at: now, plan: &plan)
            Self.makeRoom(for: missing - wanted, in: replaced, budget: &budget, plan: &plan)
            Self.noteBlockade(missing: missing, primary, replaced, limits: limits, budget: budget, plan: &plan)
        }
        Self.shrink(primary, to: desired.desiredCount, plan: &plan)
        Self.replaceSick(in: primary, count: desired.desiredCount, budget: &budget, plan: &plan)
        Self.retire(replaced, primary: primary, desiredCount: desired.desiredCount, budget: &budget, plan: &plan)
    }

    /// What a plan may still spend.
    struct RollingBudget {
        /// Tasks that may still be started.
        var room: Int
        /// Healthy tasks that may still be stopped.
        var surplus: Int
    }

    /// The maximum leaves no place for new tasks: tasks of replaced revisions go first, as far as the minimum allows.
    private static func makeRoom(
        for count: Int, in replaced: [RevisionCensus], budget: inout RollingBudget, plan: inout ServicePlan
    ) {
        var count = count - replaced.reduce(0) { $0 + $1.leaving.count }
        for census in replaced where count > 0 {
            let free = census.sick.map(\.task) + census.starting + census.unproven
            let idle = free.prefix(count)
            Self.stop(idle, of: census.revision, plan: &plan)
            count -= idle.count
            let healthy = census.healthy.reversed().prefix(min(count, budget.surplus))
            Self.stop(healthy, of: census.revision, plan: &plan)
            count -= healthy.count
            budget.surplus -= healthy.count
        }
    }

    private static func noteBlockade(
        missing: Int, _ primary: RevisionCensus, _ replaced: [RevisionCensus], limits: RollingLimits,
        budget: RollingBudget, plan: inout ServicePlan
    ) {
        let isStill = plan.starts.isEmpty && plan.stops.isEmpty && primary.starting.isEmpty && primary.unproven.isEmpty
        let nobodyLeaves = primary.leaving.isEmpty && replaced.allSatisfy { $0.leaving.isEmpty }
        if missing > 0, isStill, nobodyLeaves, budget.room == 0, primary.revision.progress.rollout != .failed {
            plan.events.append(.blockedByConfiguration)
        }
    }

    /// Stops sound tasks that are too many; sick ones are `replaceSick`'s.
    static func shrink(_ census: RevisionCensus, to count: Int, plan: inout ServicePlan) {
        let sick = Set(census.sick.map(\.task.id))
        let excess = max(0, census.sound - count)
        Self.stop(census.byWorth.filter { !sick.contains($0.id) }.prefix(excess), of: census.revision, plan: &plan)
    }

    /// A sick task is kept until a healthy replacement stands beside it; where the maximum leaves no place for one, sick
    /// tasks are given up one at a time.
    static func replaceSick(
        in census: RevisionCensus, count: Int, budget: inout RollingBudget, plan: inout ServicePlan
    ) {
        if census.healthy.count >= count {
            for sick in census.sick { Self.replace(sick, of: census.revision, plan: &plan) }
        } else if census.sound < count, budget.room == 0, plan.starts.isEmpty, census.leaving.isEmpty,
            let first = census.sick.first
        {
            Self.replace(first, of: census.revision, plan: &plan)
        }
    }

    /// Replaced revisions shrink as the primary one gets healthy: never below the desired count of healthy tasks, and what
    /// is not healthy goes as soon as the primary revision covers for it.
    private static func retire(
        _ replaced: [RevisionCensus], primary: RevisionCensus, desiredCount: Int, budget: inout RollingBudget,
        plan: inout ServicePlan
    ) {
        let isComplete = primary.healthy.count >= desiredCount
        let healthyOld = replaced.reduce(0) { $0 + $1.healthy.count }
        var surplus = min(budget.surplus, max(0, primary.healthy.count + healthyOld - desiredCount))
        for census in replaced {
            let ordered = Set(plan.stops.map(\.task))
            if isComplete {
                Self.stop(census.byWorth.filter { !ordered.contains($0.id) }, of: census.revision, plan: &plan)
                continue
            }
            // Starting tasks of a revision that is being replaced serve nobody and never need to.
            Self.stop(census.starting.filter { !ordered.contains($0.id) }, of: census.revision, plan: &plan)
            let healthy = census.healthy.reversed().filter { !ordered.contains($0.id) }.prefix(surplus)
            Self.stop(healthy, of: census.revision, plan: &plan)
            surplus -= healthy.count
        }
    }

    // MARK: - The deployment's verdict

    /// Fails the primary revision's deployment when too many of its tasks have failed in a row, and returns to the last
    /// good revision where that is wanted.
    static func applyCircuitBreaker(to desired: inout DesiredService, plan: inout ServicePlan) {
        guard let index = desired.revisions.firstIndex(where: { $0.role == .primary }) else { return }
        let primary = desired.revisions[index]
        guard primary.progress.rollout == .inProgress,
            desired.circuitBreaker.trips(failures: primary.progress.failedTasks, desiredCount: desired.desiredCount)
        else { return }
        desired.revisions[index].progress.rollout = .failed
        plan.events.append(.deploymentFailed(primary.id, reason: "tasks failed to start"))
        guard desired.circuitBreaker.rollsBack, let candidate = desired.rollbackCandidate, candidate != primary.id,
            let target = desired.revisions.firstIndex(where: { $0.id == candidate })
        else { return }
        desired.revisions[index].role = .active
        desired.revisions[target].role = .primary
        desired.revisions[target].progress = RevisionProgress()
        plan.rollback = .init(from: primary.id, to: candidate)
        plan.events.append(.rollingBack(to: candidate))
    }

    /// Whether the primary revision's deployment, still in progress, has reached its end: every task of it is well, and no
    /// other revision has a task left.
    static func completesDeployment(_ desired: DesiredService, _ censuses: [RevisionCensus], _ plan: ServicePlan) -> Bool {
        guard plan.starts.isEmpty, plan.stops.isEmpty,
            let primary = censuses.first(where: { $0.revision.role == .primary }),
            primary.revision.progress.rollout == .inProgress
        else { return false }
        let othersAreGone = censuses.allSatisfy { $0.revision.role == .primary || $0.live == 0 }
        return othersAreGone && primary.healthy.count == desired.desiredCount && primary.kept == desired.desiredCount
    }
}
