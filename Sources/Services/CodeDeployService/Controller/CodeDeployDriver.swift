internal import DeploymentDriving
internal import DeploymentEngine
internal import Logging
internal import MigrationTasks
internal import Model
internal import Store
internal import WireProtocol

/// Takes one CodeDeploy deployment to its end.
struct CodeDeployDriver: DeploymentDriver {
    private typealias Sighting = CodeDeployDeployment.TaskSetSighting
    private typealias TaskSetID = CodeDeployDeployment.TaskSetID

    let id: CodeDeployDeployment.ID
    let wakeTopics: Set<ChangeTopic>
    let wakeSubjects: Set<ChangeSubject>
    let store: Store
    let ledger: DeploymentLedger
    let aws: AWSClient
    let clock: any WallClock
    let wakeSource: WakeSource
    let attemptLimit: AttemptLimit
    let alarmWatch = AlarmWatch()
    let logger: Logger

    func turn() async throws -> DeploymentTurn<Never> {
        guard let stored = try await self.store.read({ try $0.codeDeployDeployment(self.id) }),
            stored.machine.status.isActive
        else { return .ended }
        // Timers last: after an outage, what was done and seen in time must not be lost to a deadline that passed.
        let observation = try await self.observe(stored)
        if observation == .reported { return .acted }
        if try await self.observeMigration(stored) { return .acted }
        let alarmObservation = try await self.observeAlarms(stored)
        if alarmObservation == .reported { return .acted }
        if let command = stored.machine.outstandingCommands.first {
            try await self.perform(command, of: stored)
            return .acted
        }
        if let timer = stored.machine.nextTimer, timer.deadline <= self.clock.now() {
            try await self.record { ($0.timerFired(timer.id, at: $1), ()) }
            return .acted
        }
        let hasFailed = observation == .failed || alarmObservation == .failed
        return .waiting([], until: self.deadline(of: stored.machine, observationFailed: hasFailed))
    }

    /// Each call is short: a hook reports by itself.
    func perform(_ call: Never) async throws {}

    enum Observation {
        case unchanged
        case reported
        case failed
    }

    private func observe(_ stored: StoredDeployment) async throws -> Observation {
        let watched = stored.machine.watchedTaskSets
        guard !watched.isEmpty else { return .unchanged }
        let sightings: [TaskSetID: Sighting]
        do {
            let facts = ServiceFacts(aws: self.client(stored), route: stored.route)
            sightings = try await self.attemptLimit.run { try await facts.sightings(of: watched) }
        } catch let error as CancellationError {
            throw error
        } catch {
            self.logger.warning("deployment cannot see its task sets", metadata: ["error": "\(error)"])
            return .failed
        }
        var look = stored.machine
        for (taskSet, sighting) in sightings { _ = look.taskSetSeen(taskSet, sighting, at: self.clock.now()) }
        guard look != stored.machine else { return .unchanged }
        for (taskSet, sighting) in sightings {
            try await self.record { ($0.taskSetSeen(taskSet, sighting, at: $1), ()) }
        }
        return .reported
    }

    /// - Returns: whether its task has ended.
    private func observeMigration(_ stored: StoredDeployment) async throws -> Bool {
        guard let task = stored.machine.watchedMigration else { return false }
        let calls = MigrationTaskCalls(aws: self.client(stored), cluster: stored.route.cluster)
        let sighting: MigrationSighting
        do {
            sighting = try await self.attemptLimit.run { try await calls.look(at: task) }
        } catch let error as CancellationError {
            throw error
        } catch {
            // A poll or the next change of a task looks again.
            self.logger.warning("deployment cannot see its migration task", metadata: ["error": "\(error)"])
            return false
        }
        guard sighting != .live else { return false }
        try await self.record { ($0.migrationSeen(task, sighting, at: $1), ()) }
        return true
    }

    private func perform(_ command: CodeDeployDeployment.Command, of stored: StoredDeployment) async throws {
        let name = command.action.crashPointName
        CrashPoint.reached("codedeploy.before-command")
        CrashPoint.reached("codedeploy.before-\(name)")
        let executor = CommandExecutor(aws: self.client(stored), deployment: stored)
        let result: CommandExecutor.Result
        do {
            result = try await self.attemptLimit.run { try await executor.perform(command) }
        } catch let cut as AttemptCut {
            // Whether it was done is not known: it is asked for again, under the same id.
            result = .failed(.transient(reason: "\(cut)"))
        }
        CrashPoint.reached("codedeploy.after-\(name)")
        try await self.record { machine, now in
            switch result {
            case .inspected(let inspection): (machine.serviceInspected(command.id, inspection, at: now), ())
            case .migrating(let task): (machine.migrationStarted(command.id, task: task, at: now), ())
            case .created(let taskSet): (machine.taskSetCreated(command.id, taskSet, at: now), ())
            case .done: (machine.commandSucceeded(command.id, at: now), ())
            case .failed(let failure): (machine.commandFailed(command.id, failure, at: now), ())
            }
        }
    }

    func record(
        _ event: @escaping @Sendable (inout CodeDeployDeployment, Timestamp) -> (CodeDeployDeployment.Step, Void)
    ) async throws {
        guard let outcome = try await self.ledger.record(self.id, event) else { return }
        for notice in outcome.step.notices { notice.log(to: self.logger) }
    }

    /// CodeDeploy acts in the deployment's own account and region, and says who it is.
    func client(_ stored: StoredDeployment) -> AWSClient {
        AWSClient(transport: self.aws.transport, scope: stored.scope, principal: .service("codedeploy.amazonaws.com"))
    }

    private func deadline(of machine: CodeDeployDeployment, observationFailed: Bool) -> Timestamp? {
        var moments = machine.nextTimer.map { [$0.deadline] } ?? []
        if let interval = self.wakeSource.interval(observationFailed: observationFailed) {
            moments.append(self.clock.now() + interval)
        }
        return moments.min()
    }
}

extension StoredDeployment {
    /// The states of alarms, where the deployment watches any.
    var wakeTopics: Set<ChangeTopic> { self.machine.watchedAlarms.isEmpty ? [] : [.alarms] }

    /// What happens to the deployment, its service, or the health of its task sets.
    var wakeSubjects: Set<ChangeSubject> {
        let groups = self.machine.plan.targetGroups
        return [
            .codeDeployDeployment(self.machine.id),
            .service(ServiceKey(region: self.scope.region, cluster: self.route.cluster, name: self.route.service)),
            .targetGroup(groups.first.rawValue), .targetGroup(groups.second.rawValue), .everyTargetGroup,
        ]
    }
}
