internal import Model

extension ServiceReconciler {
    /// A task set may hold up to twice its count while sick tasks are replaced.
    private static let maximumPercent = 200

    static func planTaskSets(_ censuses: [RevisionCensus], at now: Timestamp, plan: inout ServicePlan) {
        for census in censuses {
            let count = census.revision.role == .draining ? 0 : census.revision.desiredCount
            let cap = count * Self.maximumPercent / 100
            let room = max(0, cap - census.live)
            let missing = max(0, count - census.sound)
            // Tasks on their way out do not keep the place of those that are missing; only sick ones do.
            let wanted = census.sick.isEmpty ? missing : min(missing, room)
            let started = Self.start(wanted, of: census.revision, at: now, plan: &plan)
            Self.shrink(census, to: count, plan: &plan)
            Self.replaceSick(
                in: census, count: count, covered: census.sound + started,
                hasRoom: room > started || !census.leaving.isEmpty, plan: &plan)
        }
    }
}
