/// A deployment that has failed or was stopped, and is not at rest yet.
struct WindDown: Equatable, Sendable, Codable {
    enum State: Equatable, Sendable, Codable {
        /// A call is still under way. Whatever it brings, nothing may follow before it has ended: a weight that arrives
        /// late would undo the way back. Left when its result is in, or when the timer says that it never comes.
        case settling(CodeDeployDeployment.PendingCommand, until: CodeDeployDeployment.Timer)
        /// Blue gets all of the production traffic back before the deployment ends, so that whoever sees it ended sees
        /// the traffic back as well.
        case returningTraffic(CodeDeployDeployment.PendingCommand)
        /// The migration task is stopped. Left when it has, or when the command's deadline has come.
        case stoppingMigration(CodeDeployDeployment.PendingCommand)
    }

    enum Sequel: Equatable, Sendable, Codable {
        case leaveAsIs
        case rollBack(to: CodeDeployDeployment.TaskSet)
    }

    let cause: DeploymentFault
    let sequel: Sequel
    var state: State
}
