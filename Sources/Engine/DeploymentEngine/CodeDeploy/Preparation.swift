/// From the start of a deployment to its first lifecycle event: look at the service, and bring it to one task set with
/// all of the traffic, where an earlier deployment was left half-way.
enum Preparation: Equatable, Sendable, Codable {
    case inspecting(CodeDeployDeployment.PendingCommand)
    /// The PRIMARY task set gets back the production traffic that an earlier deployment left elsewhere. Entered only if
    /// there is some.
    case returningTraffic(CodeDeployDeployment.PendingCommand, strays: [CodeDeployDeployment.TaskSetID])
    /// Entered only if there are ACTIVE task sets beside the PRIMARY one, and after their traffic is known to be gone.
    case deletingStrays(TaskSetDeletion)

    var pending: CodeDeployDeployment.PendingCommand {
        get {
            switch self {
            case .inspecting(let pending), .returningTraffic(let pending, _): pending
            case .deletingStrays(let deletion): deletion.pending
            }
        }
        set {
            switch self {
            case .inspecting: self = .inspecting(newValue)
            case .returningTraffic(_, let strays): self = .returningTraffic(newValue, strays: strays)
            case .deletingStrays(var deletion):
                deletion.pending = newValue
                self = .deletingStrays(deletion)
            }
        }
    }
}

/// Task sets that are deleted one after another.
struct TaskSetDeletion: Equatable, Sendable, Codable {
    var pending: CodeDeployDeployment.PendingCommand
    let taskSet: CodeDeployDeployment.TaskSetID
    let rest: [CodeDeployDeployment.TaskSetID]
}
