/// A line of a service's event list, in the words of ECS.
package enum ServiceEvent: Hashable, Sendable {
    case startedTasks([String])
    case stoppedTasks([String])
    case registeredTargets(Int, targetGroup: String)
    case deregisteredTargets(Int, targetGroup: String)
    case beganDraining(revision: String, count: Int)
    case targetUnhealthy(task: String, port: Int, targetGroup: String, reason: String)
    case containerUnhealthy(task: String)
    case cannotStartTasks
    /// The percentages leave no room for the next step.
    case blockedByConfiguration
    case startedMigration(task: String)
    case migrationSucceeded(task: String, seconds: Double)
    case deploymentCompleted(String)
    case deploymentFailed(String, reason: String)
    case rollingBack(to: String)
    case steadyState
    case placementFailed(reason: String)
    /// What the deployment did to the traffic: Teal's own line.
    case deploymentReceipt(String, summary: String)

    package func message(service: String) -> String {
        switch self {
        case .startedTasks(let tasks):
            "(service \(service)) has started \(tasks.count) tasks: \(Self.list(tasks))."
        case .stoppedTasks(let tasks):
            "(service \(service)) has stopped \(tasks.count) running tasks: \(Self.list(tasks))."
        case .registeredTargets(let count, let targetGroup):
            "(service \(service)) registered \(count) targets in (target-group \(targetGroup))"
        case .deregisteredTargets(let count, let targetGroup):
            "(service \(service)) deregistered \(count) targets in (target-group \(targetGroup))"
        case .beganDraining(let revision, let count):
            "(service \(service), taskSet \(revision)) has begun draining connections on \(count) tasks."
        case .targetUnhealthy(let task, let port, let targetGroup, let reason):
            "(service \(service)) (task \(task)) (port \(port)) is unhealthy in (target-group \(targetGroup)) due to (reason \(reason))"
        case .containerUnhealthy(let task):
            "(service \(service)) (task \(task)) failed container health checks."
        case .cannotStartTasks:
            "(service \(service)) is unable to consistently start tasks successfully."
        case .blockedByConfiguration:
            "(service \(service)) was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again."
        case .startedMigration(let task):
            "(service \(service)) has started the migration task (task \(task))."
        case .migrationSucceeded(let task, let seconds):
            "(service \(service)) migration task (task \(task)) succeeded after \(seconds) s."
        case .deploymentCompleted(let id):
            "(service \(service)) (deployment \(id)) deployment completed."
        case .deploymentFailed(let id, let reason):
            "(service \(service)) (deployment \(id)) deployment failed: \(reason)."
        case .rollingBack(let id):
            "(service \(service)) rolling back to deployment \(id)."
        case .steadyState:
            "(service \(service)) has reached a steady state."
        case .placementFailed(let reason):
            "(service \(service)) was unable to place a task. Reason: \(reason)."
        case .deploymentReceipt(let id, let summary):
            "(service \(service)) (deployment \(id)) \(summary)"
        }
    }

    private static func list(_ tasks: [String]) -> String {
        tasks.map { "(task \($0))" }.joined(separator: " ")
    }
}
