/// The event Install: the migration has run, green is put behind the load balancer, created, and watched until it is steady.
struct TaskSetInstallation: Equatable, Sendable, Codable {
    enum State: Equatable, Sendable, Codable {
        /// Entered only if the task definition asks for a migration.
        case startingMigration(CodeDeployDeployment.PendingCommand)
        /// Left by a sighting of the migration task's end.
        case migrating
        /// Green's target group joins the production rules at weight 0, because only a group that a rule names is
        /// probed.
        case joining(CodeDeployDeployment.PendingCommand)
        case creating(CodeDeployDeployment.PendingCommand)
        /// Left by a sighting that is steady and can serve.
        case stabilising
    }

    /// For the migration, or for all that comes after it.
    let deadline: CodeDeployDeployment.Timer
    let replacementGroup: CodeDeployDeployment.TargetGroupID
    var state: State

    var isMigrating: Bool {
        switch self.state {
        case .startingMigration, .migrating: true
        case .joining, .creating, .stabilising: false
        }
    }
}
