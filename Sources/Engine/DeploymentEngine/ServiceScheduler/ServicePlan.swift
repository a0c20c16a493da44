package import Model

/// What must happen to a service now. Carrying it out and planning again gives an empty plan, until something changes.
package struct ServicePlan: Hashable, Sendable {
    package struct Start: Hashable, Sendable {
        package let revision: String
        package let count: Int

        package init(revision: String, count: Int) {
            self.revision = revision
            self.count = count
        }
    }

    package struct Stop: Hashable, Sendable {
        package let task: String
        package let revision: String
        package let stop: TaskStop

        package init(task: String, revision: String, stop: TaskStop) {
            self.task = task
            self.revision = revision
            self.stop = stop
        }
    }

    package var starts: [Start] = []
    package var stops: [Stop] = []
    /// Every revision that goes on, with what is to be remembered of it.
    package var revisions: [DesiredService.Revision] = []
    /// Revisions that have no task left and are not wanted any more: a replaced deployment, a deleted task set.
    package var finished: [String] = []
    package var events: [ServiceEvent] = []
    package var steadySince: Timestamp?
    /// Plan again at this moment even if nothing changes.
    package var wakeAt: Timestamp?
    /// A service that is being deleted has lost its last task.
    package var isGone = false

    /// Sick tasks given up by this plan, by revision.
    var replacedForHealth: [String: Int] = [:]
    /// The primary revision cannot go on within the service's percentages.
    var isBlocked = false

    init() {}

    /// Asks to be woken at `moment`, or earlier.
    mutating func wake(at moment: Timestamp) {
        self.wakeAt = min(self.wakeAt ?? moment, moment)
    }
}
