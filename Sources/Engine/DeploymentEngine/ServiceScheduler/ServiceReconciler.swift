package import Model

/// Decides which tasks of a service start and stop. Pure: the same service, tasks and moment give the same plan. Called on
/// every change and at every `wakeAt`.
package enum ServiceReconciler {
    /// How often a steady service says so again.
    static let steadyStateReminder = Duration.hours(6)

    package static func plan(desired: DesiredService, observed: ObservedService, at now: Timestamp) -> ServicePlan {
        var desired = desired
        var plan = ServicePlan()
        Self.account(for: observed, in: &desired, events: &plan.events, at: now)
        let censuses = desired.revisions.map { RevisionCensus($0, of: desired, tasks: observed.tasks, at: now) }
        switch desired.controller {
        case _ where desired.isDraining:
            for census in censuses { Self.stop(census.byWorth, of: census.revision, plan: &plan) }
            plan.isGone = observed.tasks.allSatisfy { $0.phase == .stopped }
        case .rolling(let minimum, let maximum):
            let limits = RollingLimits(
                desiredCount: desired.desiredCount, minimumHealthyPercent: minimum, maximumPercent: maximum)
            Self.planRolling(desired, censuses, limits: limits, at: now, plan: &plan)
        case .taskSets:
            Self.planTaskSets(censuses, at: now, plan: &plan)
        }
        Self.finishRevisions(desired, censuses, at: now, plan: &plan)
        Self.noteSteadiness(desired, censuses, at: now, plan: &plan)
        for census in censuses {
            for task in observed.tasks where task.revision == census.revision.id {
                if let change = task.nextChange(in: census.revision, of: desired, after: now) { plan.wake(at: change) }
            }
        }
        return plan
    }

    // MARK: - What ended, and what runs

    private static func account(
        for observed: ObservedService, in desired: inout DesiredService, events: inout [ServiceEvent], at now: Timestamp
    ) {
        for index in desired.revisions.indices {
            let revision = desired.revisions[index]
            var progress = revision.progress
            for ended in observed.ended where ended.revision == revision.id {
                Self.count(ended, in: &progress, events: &events, at: now)
            }
            let tasks = observed.tasks.filter { $0.revision == revision.id }
            if let latest = tasks.filter({ !$0.isStopping }).compactMap(\.runningSince).max() {
                progress.throttle.taskIsRunning(since: latest, at: now)
            }
            let healthy = tasks.count { $0.standing(in: revision, of: desired, at: now) == .healthy }
            if healthy > progress.mostHealthy {
                progress.mostHealthy = healthy
                progress.failedTasks = 0
            }
            desired.revisions[index].progress = progress
        }
    }

    private static func count(
        _ ended: EndedTask, in progress: inout RevisionProgress, events: inout [ServiceEvent], at now: Timestamp
    ) {
        switch (ended.stopCode, ended.ranFor) {
        case (.userInitiated, _), (.serviceSchedulerInitiated, _):
            // Replacements for ill health were counted when they were ordered.
            return
        case (.taskFailedToStart, _), (.essentialContainerExited, nil):
            progress.failedTasks += 1
            progress.throttle.taskFailedToStart(at: now)
            let failures = progress.throttle.failuresInARow
            if failures == 3 || failures.isMultiple(of: 10) { events.append(.cannotStartTasks) }
        case (.essentialContainerExited, let lifetime?):
            progress.throttle.taskEnded(after: lifetime, at: now)
        }
    }

    // MARK: - Shared steps

    /// Stops tasks that nothing but their number speaks against.
    static func stop(
        _ tasks: some Sequence<ObservedTask>, of revision: DesiredService.Revision, plan: inout ServicePlan
    ) {
        let reason = "Scaling activity initiated by (deployment \(revision.id))"
        for task in tasks {
            plan.stops.append(
                .init(task: task.id, revision: revision.id, stop: TaskStop(.serviceSchedulerInitiated, reason: reason)))
        }
    }

    /// Orders `count` tasks, unless the revision has failed or is throttled.
    /// - Returns: how many were ordered.
    static func start(
        _ count: Int, of revision: DesiredService.Revision, at now: Timestamp, plan: inout ServicePlan
    ) -> Int {
        guard count > 0, revision.progress.rollout != .failed else { return 0 }
        guard revision.progress.throttle.allowsStart(at: now) else {
            if let moment = revision.progress.throttle.notBefore { plan.wake(at: moment) }
            return 0
        }
        plan.starts.append(.init(revision: revision.id, count: count))
        return count
    }

    /// Gives up a sick task. The loss counts against the deployment that it belongs to.
    static func replace(
        _ sick: RevisionCensus.Sick, of revision: DesiredService.Revision, plan: inout ServicePlan
    ) {
        let reason: String
        switch sick.illness {
        case .target(let targetGroup, let port, let detail):
            reason = "Task failed ELB health checks in (target-group \(targetGroup))"
            plan.events.append(
                .targetUnhealthy(task: sick.task.id, port: port, targetGroup: targetGroup, reason: detail))
        case .container:
            reason = "Task failed container health checks"
            plan.events.append(.containerUnhealthy(task: sick.task.id))
        }
        plan.stops.append(
            .init(task: sick.task.id, revision: revision.id, stop: TaskStop(.serviceSchedulerInitiated, reason: reason))
        )
        plan.replacedForHealth[revision.id, default: 0] += 1
    }

    // MARK: - Ends

    private static func finishRevisions(
        _ desired: DesiredService, _ censuses: [RevisionCensus], at now: Timestamp, plan: inout ServicePlan
    ) {
        let isRolling = desired.controller != .taskSets
        let completes = isRolling && !desired.isDraining && Self.completesDeployment(desired, censuses, plan)
        for census in censuses {
            var revision = census.revision
            revision.progress.failedTasks += plan.replacedForHealth[revision.id] ?? 0
            let isStarting = plan.starts.contains { $0.revision == revision.id }
            if !isStarting, Self.isFinished(census, desired) {
                plan.finished.append(revision.id)
                continue
            }
            if revision.role == .primary { revision.progress.isBlocked = plan.isBlocked }
            if completes, revision.role == .primary {
                revision.progress.rollout = .completed
                revision.progress.failedTasks = 0
                plan.events.append(.deploymentCompleted(revision.id))
            }
            if !isRolling {
                let isSteady = Self.isSteady(census, count: revision.desiredCount)
                revision.progress.steadySince = isSteady ? revision.progress.steadySince ?? now : nil
            }
            plan.revisions.append(revision)
        }
    }

    private static func isFinished(_ census: RevisionCensus, _ desired: DesiredService) -> Bool {
        guard census.live == 0 else { return false }
        switch desired.controller {
        case .rolling:
            return census.revision.role != .primary
        case .taskSets:
            return census.revision.role == .draining
        }
    }

    /// Exactly the wanted number runs, all of it well. Without any health check, running is enough.
    static func isSteady(_ census: RevisionCensus, count: Int) -> Bool {
        let isChecked = census.revision.hasTargets || census.revision.hasHealthChecks
        let well = isChecked ? census.healthy.count : census.running
        return census.kept == count && well == count
    }

    private static func noteSteadiness(
        _ desired: DesiredService, _ censuses: [RevisionCensus], at now: Timestamp, plan: inout ServicePlan
    ) {
        guard !desired.isDraining, plan.starts.isEmpty, plan.stops.isEmpty, Self.isSettled(desired, censuses, plan)
        else {
            plan.steadySince = nil
            return
        }
        if let since = desired.steadySince, now < since + Self.steadyStateReminder {
            plan.steadySince = since
        } else {
            plan.steadySince = now
            plan.events.append(.steadyState)
        }
        if let since = plan.steadySince { plan.wake(at: since + Self.steadyStateReminder) }
    }

    private static func isSettled(_ desired: DesiredService, _ censuses: [RevisionCensus], _ plan: ServicePlan) -> Bool
    {
        guard censuses.allSatisfy({ $0.leaving.isEmpty }) else { return false }
        switch desired.controller {
        case .rolling:
            guard let primary = plan.revisions.first(where: { $0.role == .primary }) else { return false }
            return plan.revisions.count == 1 && primary.progress.rollout == .completed
                && censuses.contains {
                    $0.revision.id == primary.id && $0.kept == desired.desiredCount && $0.sick.isEmpty
                }
        case .taskSets:
            return !desired.isDeploying && !plan.revisions.isEmpty
                && plan.revisions.allSatisfy { $0.role != .draining && $0.progress.steadySince != nil }
        }
    }
}
