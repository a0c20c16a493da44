package import Model

/// The hooks of one stage. They run beside each other, and all must finish.
struct HookRound: Equatable, Sendable, Codable {
    typealias HookAnswer = ServiceDeployment.HookAnswer

    struct Run: Equatable, Sendable, Codable {
        enum State: Equatable, Sendable, Codable {
            /// The function is being called.
            case calling(StageRun.PendingCommand)
            /// It said IN_PROGRESS, and is asked again when the timer fires.
            case callingBack(at: DeploymentTimer)
            /// A pause that nobody has continued yet.
            case awaitingAction
            case succeeded
            case failed
            case timedOut
        }

        /// An index of the plan's hooks.
        let hook: Int
        /// Unique within the deployment.
        let number: Int
        /// Fires when the hook has not finished in time.
        let timeout: DeploymentTimer
        /// JSON text, for the next call.
        var details: String?
        var state: State

        var isOver: Bool {
            switch self.state {
            case .calling, .callingBack, .awaitingAction: false
            case .succeeded, .failed, .timedOut: true
            }
        }

        var timers: [DeploymentTimer] {
            switch self.state {
            case .calling(let pending): pending.timers + [self.timeout]
            case .callingBack(let timer): [timer, self.timeout]
            case .awaitingAction: [self.timeout]
            case .succeeded, .failed, .timedOut: []
            }
        }

        var outstanding: [ServiceDeployment.Command] {
            switch self.state {
            case .calling(let pending): pending.outstanding
            case .callingBack, .awaitingAction, .succeeded, .failed, .timedOut: []
            }
        }
    }

    let stage: ServiceDeployment.HookStage
    var runs: [Run]

    var isOver: Bool { self.runs.allSatisfy(\.isOver) }

    /// The run whose call has this id.
    func index(of command: ServiceDeployment.CommandID) -> Int? {
        self.runs.firstIndex { run in
            switch run.state {
            case .calling(let pending): pending.command.id == command
            case .callingBack, .awaitingAction, .succeeded, .failed, .timedOut: false
            }
        }
    }
}

extension ServiceDeployment {
    /// A hook's run as users see it (`DeploymentLifecycleHookDetail`).
    package struct HookView: Hashable, Sendable, Codable {
        package enum Status: String, Hashable, Sendable, Codable {
            case awaitingAction = "AWAITING_ACTION"
            case inProgress = "IN_PROGRESS"
            case succeeded = "SUCCEEDED"
            case failed = "FAILED"
            case timedOut = "TIMED_OUT"
        }

        /// What a public id is made of, outside.
        package let run: Int
        package let hook: Hook
        package let stage: HookStage
        package var status: Status
        package let startedAt: Timestamp
        /// When the time-out action comes.
        package let expiresAt: Timestamp
        package var endedAt: Timestamp?
    }
}

extension HookRound.Run.State {
    var status: ServiceDeployment.HookView.Status {
        switch self {
        case .calling, .callingBack: .inProgress
        case .awaitingAction: .awaitingAction
        case .succeeded: .succeeded
        case .failed: .failed
        case .timedOut: .timedOut
        }
    }
}
