/// A deployment on one leg of its way.
struct StageRun: Equatable, Sendable, Codable {
    typealias PendingCommand = DeploymentEngine.PendingCommand<ServiceDeployment.Command>

    enum Phase: Equatable, Sendable, Codable {
        case calling(PendingCommand)
        /// Left by a sighting of the tasks that the leg wants, or fails when the timer fires.
        case awaitingTasks(until: DeploymentTimer)
        /// Left by a sighting of the migration task's end, or fails when the timer fires.
        case migrating(until: DeploymentTimer)
        case hooking(HookRound)
        /// Nothing but time must pass.
        case resting(until: DeploymentTimer)
    }

    let leg: ServiceDeployment.Leg
    var phase: Phase

    var timers: [DeploymentTimer] {
        switch self.phase {
        case .calling(let pending): pending.timers
        case .awaitingTasks(let timer), .migrating(let timer), .resting(let timer): [timer]
        case .hooking(let round): round.runs.flatMap(\.timers)
        }
    }
}

/// Turned around or given up while a call is under way. Whatever it brings, nothing may follow before it has ended: a weight
/// that arrives late would undo the way back.
struct Halt: Equatable, Sendable, Codable {
    let cause: ServiceDeployment.Cause
    let sequel: ServiceDeployment.Sequel
    var pending: StageRun.PendingCommand
    /// The call never answers: it is over then in any case.
    let settled: DeploymentTimer

    /// The call is this deployment's own, to stop its migration: it is repeated until it has succeeded.
    var isStoppingMigration: Bool { self.pending.command.action == .stopMigration }

    var timers: [DeploymentTimer] {
        self.isStoppingMigration
            ? self.pending.timers.filter { $0.id != self.pending.giveUp.id } + [self.settled] : [self.settled]
    }
}
