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
            surplus: max(0, censuses.reduce(0) { $0 + $1.healthy.count } - limits.floor),
            unproven: max(
                0,
                censuses.reduce(0) { $0 + $1.healthy.count } + replaced.reduce(0) { $0 + $1.unproven.count }
                    - limits.floor))

        let missing = desired.desiredCount - primary.sound
        var started = 0
        if missing > 0 {
            let wanted = min(missing, budget.room)
            started = Self.start(wanted, of: primary.revision, at: now, plan: &plan)
            budget.room -= started
            let canStart =
                primary.revision.progress.rollout != .failed && primary.revision.progress.throttle.allowsStart(at: now)
            if canStart {
                // What already leaves makes room by itself.
                Self.makeRoom(
                    for: missing - wanted - primary.leaving.count, in: replaced, budget: &budget, plan: &plan)
            }
            Self.noteBlockade(primary, replaced, budget: budget, plan: &plan)
        }
        Self.shrink(primary, to: desired.desiredCount, plan: &plan)
        Self.restore(replaced, primary: primary, limits: limits, at: now, budget: &budget, plan: &plan)
        let roomIsComing = censuses.contains { !$0.leaving.isEmpty } || !plan.stops.isEmpty
        Self.replaceSick(
            in: primary, count: desired.desiredCount, covered: primary.sound + started,
            hasRoom: budget.room > 0 || roomIsComing, plan: &plan)
        Self.retire(
            replaced, primary: primary, desiredCount: desired.desiredCount, limits: limits, budget: budget, plan: &plan)
    }

    /// What a plan may still spend.
    struct RollingBudget {
        /// Tasks that may still be started.
        var room: Int
        /// Healthy tasks that may still be stopped.
        var surplus: Int
        /// Running tasks of replaced revisions that may still be stopped before they have shown that they are well: those
        /// that serve already count for the minimum until new ones do.
        var unproven: Int
    }

    /// The maximum leaves no place for new tasks: tasks of replaced revisions go first, as far as the minimum allows.
    private static func makeRoom(
        for count: Int, in replaced: [RevisionCensus], budget: inout RollingBudget, plan: inout ServicePlan
    ) {
        var count = count - replaced.reduce(0) { $0 + $1.leaving.count }
        for census in replaced where count > 0 {
            let unproven = census.spendable(census.unproven).prefix(budget.unproven)
            let useless = census.spendable(census.sick.map(\.task) + census.starting)
            let idle = (useless + unproven).prefix(count)
            Self.stop(idle, of: census.revision, plan: &plan)
            count -= idle.count
            budget.unproven -= max(0, idle.count - useless.count)
            let healthy = census.spendable(census.healthy.reversed()).prefix(min(count, budget.surplus))
            Self.stop(healthy, of: census.revision, plan: &plan)
            count -= healthy.count
            budget.surplus -= healthy.count
        }
    }

    /// Tasks are missing, nothing is on its way, and nothing may be started or stopped.
    private static func noteBlockade(
        _ primary: RevisionCensus, _ replaced: [RevisionCensus], budget: RollingBudget, plan: inout ServicePlan
    ) {
        let isStill = plan.starts.isEmpty && plan.stops.isEmpty && primary.starting.isEmpty && primary.unproven.isEmpty
        let nobodyLeaves = primary.leaving.isEmpty && replaced.allSatisfy { $0.leaving.isEmpty }
        guard isStill, nobodyLeaves, budget.room == 0, primary.sick.isEmpty,
            primary.revision.progress.rollout != .failed
        else { return }
        plan.isBlocked = true
        if !primary.revision.progress.isBlocked { plan.events.append(.blockedByConfiguration) }
    }

    /// A replaced revision whose tasks died before the primary one covers for them starts new ones, so that the minimum
    /// holds even if the deployment never succeeds.
    private static func restore(
        _ replaced: [RevisionCensus], primary: RevisionCensus, limits: RollingLimits, at now: Timestamp,
        budget: inout RollingBudget, plan: inout ServicePlan
    ) {
        let covered = primary.healthy.count + replaced.reduce(0) { $0 + $1.sound }
        let missing = min(limits.floor - covered, budget.room)
        guard missing > 0, let census = replaced.first(where: { $0.revision.progress.rollout == .completed }) else {
            return
        }
        budget.room -= Self.start(missing, of: census.revision, at: now, plan: &plan)
    }

    /// Stops sound tasks that are too many; sick ones are `replaceSick`'s.
    static func shrink(_ census: RevisionCensus, to count: Int, plan: inout ServicePlan) {
        let sick = Set(census.sick.map(\.task.id))
        let excess = max(0, census.sound - count)
        let candidates = census.spendable(census.byWorth).filter { !sick.contains($0.id) }
        Self.stop(candidates.prefix(excess), of: census.revision, plan: &plan)
    }

    /// A sick task is kept until a healthy replacement stands beside it; where the maximum leaves no place for one, sick
    /// tasks are given up one at a time.
    /// - Parameters:
    ///   - covered: sound tasks, with those that this plan starts.
    ///   - hasRoom: a replacement can start, now or as soon as others have left.
    static func replaceSick(
        in census: RevisionCensus, count: Int, covered: Int, hasRoom: Bool, plan: inout ServicePlan
    ) {
        if census.healthy.count >= count {
            for sick in census.sick { Self.replace(sick, of: census.revision, plan: &plan) }
        } else if covered < count, !hasRoom, let first = census.sick.first {
            Self.replace(first, of: census.revision, plan: &plan)
        }
    }

    /// Replaced revisions shrink as the primary one gets healthy: never below the desired count of healthy tasks, and what
    /// only starts goes as soon as the minimum holds without it.
    private static func retire(
        _ replaced: [RevisionCensus], primary: RevisionCensus, desiredCount: Int, limits: RollingLimits,
        budget: RollingBudget, plan: inout ServicePlan
    ) {
        let ordered = Set(plan.stops.map(\.task))
        guard primary.healthy.count < desiredCount else {
            for census in replaced {
                let left = census.spendable(census.byWorth).filter { !ordered.contains($0.id) }
                Self.stop(left, of: census.revision, plan: &plan)
            }
            return
        }
        let healthyOld = replaced.reduce(0) { $0 + $1.healthy.count }
        let soundOld = replaced.reduce(0) { $0 + $1.sound }
        var surplus = min(budget.surplus, max(0, primary.healthy.count + healthyOld - desiredCount))
        // The sound ones that remain must cover the minimum, or `restore` would start them again.
        let alreadyGiven = replaced.reduce(0) { sum, census in
            sum + (census.starting + census.unproven + census.healthy).count { ordered.contains($0.id) }
        }
        var spare = max(0, primary.healthy.count + soundOld - alreadyGiven - limits.floor)
        for census in replaced {
            let idle = census.spendable(census.starting).filter { !ordered.contains($0.id) }.prefix(spare)
            Self.stop(idle, of: census.revision, plan: &plan)
            spare -= idle.count
            let healthy = census.spendable(census.healthy.reversed()).filter { !ordered.contains($0.id) }
                .prefix(min(surplus, spare))
            Self.stop(healthy, of: census.revision, plan: &plan)
            surplus -= healthy.count
            spare -= healthy.count
        }
    }

    // MARK: - The deployment's end

    /// Whether the primary revision's deployment, still in progress, has reached its end: every task of it is well, and no
    /// other revision has a task left.
    static func completesDeployment(_ desired: DesiredService, _ censuses: [RevisionCensus], _ plan: ServicePlan)
        -> Bool
    {
        guard plan.starts.isEmpty, plan.stops.isEmpty,
            let primary = censuses.first(where: { $0.revision.role == .primary }),
            primary.revision.progress.rollout == .inProgress
        else { return false }
        let othersAreGone = censuses.allSatisfy { $0.revision.role == .primary || $0.live == 0 }
        return othersAreGone && primary.healthy.count == desired.desiredCount && primary.kept == desired.desiredCount
    }
}
