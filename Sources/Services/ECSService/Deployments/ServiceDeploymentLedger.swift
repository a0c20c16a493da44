internal import DeploymentEngine
internal import Model
internal import Store

/// Tells stored service deployments what happened. One transaction loads the value, applies the event, and commits the new
/// value with the service's events.
struct ServiceDeploymentLedger: Sendable {
    struct Outcome<Answer: Sendable>: Sendable {
        let step: ServiceDeployment.Step
        let answer: Answer
    }

    let store: Store
    let clock: any WallClock

    /// `nil` where there is no such deployment. An event that changes nothing writes nothing.
    func record<Answer: Sendable>(
        _ id: ServiceDeployment.ID,
        _ event: @escaping @Sendable (inout ServiceDeployment, Timestamp) throws -> (ServiceDeployment.Step, Answer)
    ) async throws -> Outcome<Answer>? {
        let clock = self.clock
        let outcome = try await self.store.write { transaction -> Outcome<Answer>? in
            guard let stored = try transaction.serviceDeployment(id) else { return nil }
            let now = clock.now()
            var machine = stored.machine
            let (step, answer) = try event(&machine, now)
            if machine != stored.machine {
                try transaction.save(machine)
                try transaction.note(step.notices, of: machine, in: stored.service, at: now)
            }
            return Outcome(step: step, answer: answer)
        }
        CrashPoint.reached("ecs.after-deployment-commit")
        return outcome
    }
}

extension StoreTransaction {
    /// The service's events and revisions follow the deployment.
    func note(
        _ notices: [ServiceDeployment.Notice], of machine: ServiceDeployment, in key: ServiceKey, at now: Timestamp
    ) throws {
        guard !notices.isEmpty else { return }
        try self.reassign(key, at: now) { $0.follow(notices, of: machine) }
        let target = machine.plan.target.rawValue
        for notice in notices {
            switch notice {
            case .statusChanged(.successful):
                if machine.plan.strategy != .rolling {
                    try self.append(.deploymentCompleted(target), to: key, at: now)
                }
            case .migrationStarted(let run): try self.append(.startedMigration(task: run.taskID), to: key, at: now)
            case .migrationSucceeded(let run):
                let duration = (now - run.requestedAt).milliseconds
                try self.append(
                    .migrationSucceeded(task: run.taskID, seconds: Double(duration / 100) / 10), to: key, at: now)
            case .failed(let cause):
                try self.append(.deploymentFailed(target, reason: cause.eventReason), to: key, at: now)
            case .legBegan(.restoreSource), .legBegan(.returnProductionTraffic), .legBegan(.returnTestTraffic),
                .legBegan(.scaleDown):
                // One line for the whole way back.
                let back = machine.legs.filter { $0.leg.isOnTheWayBack }
                if back.count == 1, let source = machine.footing.source {
                    try self.append(.rollingBack(to: source.rawValue), to: key, at: now)
                }
            case .statusChanged, .legBegan, .productionTrafficServed, .testTrafficServed, .hookChanged,
                .commandPostponed:
                break
            }
        }
    }

    private func append(_ event: ServiceEvent, to key: ServiceKey, at now: Timestamp) throws {
        try self.appendEvent(event.message(service: key.name), to: key, at: now)
    }
}

extension MigrationRun {
    /// As the service's events name tasks.
    fileprivate var taskID: String { self.task.map { ECSNames.task($0) } ?? "" }
}

extension ServiceDeployment.Leg {
    var isOnTheWayBack: Bool {
        switch self {
        case .restoreSource, .returnProductionTraffic, .returnTestTraffic, .scaleDown: true
        case .inspection, .reconcileService, .preScaleUp, .migration, .scaleUp, .postScaleUp, .testTrafficShift,
            .postTestTrafficShift,
            .preProductionTrafficShift, .productionTrafficShift, .postProductionTrafficShift, .bakeTime, .cleanUp:
            false
        }
    }
}

extension ServiceDeployment.Cause {
    /// As the service's events say it.
    var eventReason: String {
        switch self {
        case .circuitBreaker: "tasks failed to start"
        case .alarms(let names): "alarm detected: \(names.joined(separator: ", "))"
        case .stopRequested, .superseded, .hook, .hookTimedOut, .pauseTimedOut, .pauseRejected, .invalidNetworking,
            .commandFailed, .stageTimedOut, .deploymentTimedOut, .migrationFailed, .migrationTimedOut:
            String(self.reason.dropLast(self.reason.hasSuffix(".") ? 1 : 0))
        }
    }
}
