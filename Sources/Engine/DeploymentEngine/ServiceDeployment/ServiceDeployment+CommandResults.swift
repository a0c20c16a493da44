package import Model

extension ServiceDeployment {
    /// The result of `inspectTraffic`.
    /// - Parameter isSplit: production traffic does not go to the source alone.
    package mutating func trafficInspected(_ id: CommandID, isSplit: Bool, at now: Timestamp) -> Step {
        self.reported(id, at: now) { deployment, _, _ in deployment.record.isSplit = isSplit }
    }

    /// A command that brings no result but its success.
    package mutating func commandSucceeded(_ id: CommandID, at now: Timestamp) -> Step {
        self.reported(id, at: now) { deployment, action, step in
            switch action {
            case .setProductionTraffic(let permille, _):
                deployment.record.servedPermille = permille
                step.notices.append(.productionTrafficServed(targetPermille: permille))
            case .setTestTraffic(let side):
                deployment.record.isTestOnTarget = side == .target
                step.notices.append(.testTrafficServed(by: side))
            case .stopMigration: deployment.record.migration?.endedAt = now
            case .inspectTraffic, .reconcile, .startMigration, .scaleUp, .invokeHook, .retire, .restore, .scaleDown:
                break
            }
        }
    }

    private mutating func reported(
        _ id: CommandID, at now: Timestamp, _ record: (inout Self, Action, inout Step) -> Void
    ) -> Step {
        self.stepping(at: now) { deployment, step in
            switch deployment.state {
            case .running(let run):
                guard case .calling(let pending) = run.phase, pending.command.id == id else { return }
                record(&deployment, pending.command.action, &step)
                deployment.called(run.leg, at: now, into: &step)
            case .halting(let halt):
                guard halt.pending.command.id == id else { return }
                record(&deployment, halt.pending.command.action, &step)
                deployment.settled(halt.cause, halt.sequel, at: now, into: &step)
            case .pending, .ended: break
            }
        }
    }

    /// A command's attempt failed. Whether it is repeated is decided here.
    package mutating func commandFailed(_ id: CommandID, _ failure: CommandFailure, at now: Timestamp) -> Step {
        self.stepping(at: now) { deployment, step in
            switch deployment.state {
            case .running(let run):
                switch run.phase {
                case .calling(var pending):
                    guard pending.command.id == id else { return }
                    let action = pending.failed(failure.setback, at: now, serials: &deployment.serials)
                    deployment.state = .running(StageRun(leg: run.leg, phase: .calling(pending)))
                    switch action {
                    case .retry(let at, let reason):
                        step.notices.append(.commandPostponed(id, reason: reason, at: at))
                    case .giveUp:
                        deployment.fail(.refused(pending.command.action, failure), at: now, into: &step)
                    case .none: break
                    }
                case .hooking(let round):
                    deployment.callFailed(id, failure, in: round, on: run.leg, at: now, into: &step)
                case .awaitingTasks, .migrating, .resting: break
                }
            case .halting(let halt):
                guard halt.pending.command.id == id else { return }
                deployment.commandFailed(failure, in: halt, at: now, into: &step)
            case .pending, .ended: break
            }
        }
    }
}

extension ServiceDeployment.Cause {
    fileprivate static func refused(
        _ action: ServiceDeployment.Action, _ failure: ServiceDeployment.CommandFailure
    ) -> Self {
        switch failure {
        case .notYet(let reason), .transient(let reason), .rejected(let reason):
            switch action {
            case .inspectTraffic: .invalidNetworking(reason)
            case .startMigration: .migrationFailed("Its task could not be started: \(reason)")
            case .reconcile, .stopMigration, .scaleUp, .setTestTraffic, .setProductionTraffic, .invokeHook, .retire,
                .restore, .scaleDown:
                .commandFailed("\(action.gerund) failed: \(reason)")
            }
        }
    }
}

extension ServiceDeployment.Action {
    /// The action under way, for people.
    var gerund: String {
        switch self {
        case .inspectTraffic: "inspecting the listener rules"
        case .reconcile(let source, _): "returning the service to revision \(source.rawValue)"
        case .startMigration: "starting the migration task"
        case .stopMigration: "stopping the migration task"
        case .scaleUp: "scaling up the target revision"
        case .setTestTraffic(to: .target): "sending test traffic to the target revision"
        case .setTestTraffic(to: .source): "sending test traffic to the source revision"
        case .setProductionTraffic(let permille, _):
            "setting production traffic to \(Self.percent(permille)) % target, \(Self.percent(1000 - permille)) % source"
        case .invokeHook(let invocation): "invoking a \(invocation.stage.rawValue) hook"
        case .retire: "scaling down the source revision"
        case .restore: "scaling up the source revision again"
        case .scaleDown: "scaling down the target revision"
        }
    }

    private static func percent(_ permille: Int) -> String {
        permille.isMultiple(of: 10) ? "\(permille / 10)" : "\(permille / 10).\(permille % 10)"
    }
}
