/// The event Install: green is put behind the load balancer, created, and watched until it is steady.
struct TaskSetInstallation: Equatable, Sendable, Codable {
    enum State: Equatable, Sendable, Codable {
        /// Green's target group joins the production rules at weight 0, because only a group that a rule names is
        /// probed.
        case joining(CodeDeployDeployment.PendingCommand)
        case creating(CodeDeployDeployment.PendingCommand)
        /// Left by a sighting that is steady and can serve.
        case stabilising
    }

    /// For all of it.
    let deadline: CodeDeployDeployment.Timer
    let replacementGroup: CodeDeployDeployment.TargetGroupID
    var state: State
}
