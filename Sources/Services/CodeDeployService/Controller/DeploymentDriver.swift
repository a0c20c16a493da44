internal import DeploymentEngine
internal import Logging
internal import Model
internal import Store
internal import WireProtocol

/// Takes one deployment to its end: fires its timers, tells it what its task sets look like, performs its commands, and
/// waits for the next thing to happen.
struct DeploymentDriver: Sendable {
    private typealias Sighting = CodeDeployDeployment.TaskSetSighting
    private typealias TaskSetID = CodeDeployDeployment.TaskSetID

    let id: CodeDeployDeployment.ID
    let store: Store
    let ledger: DeploymentLedger
    let aws: AWSClient
    let clock: any WallClock
    let wakeSource: WakeSource
    let attemptLimit: AttemptLimit
    let logger: Logger

    /// Returns when the deployment has ended.
    func run() async throws {
        var reported: [TaskSetID: Sighting] = [:]
        while true {
            // Before the look, so that what happens during it wakes the wait below.
            let changes = self.store.changes.watch(WakeSource.topics)
            for await _ in changes { break }
            guard let stored = try await self.store.read({ try $0.codeDeployDeployment(self.id) }),
                stored.machine.status.isActive
            else { return }
            // Timers last: after an outage, what was done and seen in time must not be lost to a deadline that passed.
            let observation = try await self.observe(stored, reported: &reported)
            if observation == .reported { continue }
            if let command = stored.machine.outstandingCommands.first {
                try await self.perform(command, of: stored)
                continue
            }
            if try await self.fireTimers(stored) { continue }
            let deadline = self.deadline(of: stored.machine, observationFailed: observation == .failed)
            try await self.clock.wait(for: changes, until: deadline)
        }
    }

    /// Whether one was due.
    private func fireTimers(_ stored: StoredDeployment) async throws -> Bool {
        guard let timer = stored.machine.nextTimer, timer.deadline <= self.clock.now() else { return false }
        try await self.record { ($0.timerFired(timer.id, at: $1), ()) }
        return true
    }

    private enum Observation {
        case unchanged
        case reported
        case failed
    }

    private func observe(_ stored: StoredDeployment, reported: inout [TaskSetID: Sighting]) async throws -> Observation
    {
        let watched = stored.machine.watchedTaskSets
        reported = reported.filter { watched.contains($0.key) }
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
        let news = sightings.filter { reported[$0.key] != $0.value }
        guard !news.isEmpty else { return .unchanged }
        for (taskSet, sighting) in news {
            try await self.record { ($0.taskSetSeen(taskSet, sighting, at: $1), ()) }
            reported[taskSet] = sighting
        }
        return .reported
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
            case .created(let taskSet): (machine.taskSetCreated(command.id, taskSet, at: now), ())
            case .done: (machine.commandSucceeded(command.id, at: now), ())
            case .failed(let failure): (machine.commandFailed(command.id, failure, at: now), ())
            }
        }
    }

    private func record(
        _ event: @escaping @Sendable (inout CodeDeployDeployment, Timestamp) -> (CodeDeployDeployment.Step, Void)
    ) async throws {
        guard let outcome = try await self.ledger.record(self.id, event) else { return }
        for notice in outcome.step.notices { notice.log(to: self.logger) }
    }

    /// CodeDeploy acts in the deployment's own account and region, and says who it is.
    private func client(_ stored: StoredDeployment) -> AWSClient {
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
