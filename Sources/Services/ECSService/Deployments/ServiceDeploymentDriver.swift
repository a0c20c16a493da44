internal import DeploymentDriving
internal import DeploymentEngine
package import Logging
internal import MigrationTasks
package import Model
package import ServiceLifecycle
package import Store
package import WireProtocol

/// Takes one service deployment to its end.
struct ServiceDeploymentDriver: DeploymentDriver {
    let id: ServiceDeployment.ID
    let service: ServiceKey
    /// The states of alarms, where the deployment watches any.
    let wakeTopics: Set<ChangeTopic>
    let scope: Scope
    let store: Store
    let aws: AWSClient
    let clock: any WallClock
    let attemptLimit: AttemptLimit
    let logger: Logger

    /// A deployment of the same service that ends makes way for the next one.
    var wakeSubjects: Set<ChangeSubject> { [.service(self.service), .serviceDeployments(of: self.service)] }

    private var ledger: ServiceDeploymentLedger { ServiceDeploymentLedger(store: self.store, clock: self.clock) }

    /// Looks once, and does the first thing that is to be done; calls of functions are left to the caller.
    func turn() async throws -> DeploymentTurn<ServiceDeployment.Command> {
        guard let stored = try await self.store.read({ try $0.serviceDeployment(self.id) }),
            stored.machine.status.isActive
        else { return .ended }
        if stored.machine.status == .pending { return try await self.begin(stored) ? .acted : .waiting([], until: nil) }
        // Timers last: after an outage, what was done and seen in time must not be lost to a deadline that passed.
        if try await self.observe(stored) { return .acted }
        if try await self.observeMigration(stored) { return .acted }
        let alarms = try await self.observeAlarms(stored.machine)
        if alarms == .reported { return .acted }
        let outstanding = stored.machine.outstandingCommands
        if let command = outstanding.first(where: { !$0.action.isCall }) {
            try await self.perform(command)
            return .acted
        }
        if let timer = stored.machine.nextTimer, timer.deadline <= self.clock.now() {
            try await self.record { ($0.timerFired(timer.id, at: $1), ()) }
            return .acted
        }
        let moments = [stored.machine.nextTimer?.deadline, alarms.retryAt].compactMap(\.self)
        return .waiting(outstanding, until: moments.min())
    }

    /// Once those before it have ended.
    /// - Returns: whether it has begun.
    private func begin(_ stored: StoredServiceDeployment) async throws -> Bool {
        let clock = self.clock
        return try await self.store.write { transaction in
            guard let stored = try transaction.serviceDeployment(self.id), stored.machine.status == .pending,
                try transaction.activeServiceDeployments(of: stored.service).first?.machine.id == self.id
            else { return false }
            let now = clock.now()
            var machine = stored.machine
            let step = machine.start(on: try transaction.footing(of: stored), at: now)
            try transaction.save(machine)
            try transaction.note(step.notices, of: machine, in: stored.service, at: now)
            return true
        }
    }

    /// - Returns: whether anything was new.
    private func observe(_ stored: StoredServiceDeployment) async throws -> Bool {
        let sightings = try await self.store.read { try $0.sightings(for: stored) }
        let revisions = stored.machine.watchedRevisions.sorted { $0.rawValue < $1.rawValue }
        var look = stored.machine
        for id in revisions { _ = look.revisionSeen(id, sightings[id], at: self.clock.now()) }
        guard look != stored.machine else { return false }
        for id in revisions { try await self.record { ($0.revisionSeen(id, sightings[id], at: $1), ()) } }
        return true
    }

    /// - Returns: whether its task has ended.
    private func observeMigration(_ stored: StoredServiceDeployment) async throws -> Bool {
        guard let task = stored.machine.watchedMigration else { return false }
        let calls = MigrationTaskCalls(aws: self.aws, cluster: stored.service.cluster)
        let sighting = try await self.attemptLimit.run { try await calls.look(at: task) }
        guard sighting != .live else { return false }
        try await self.record { ($0.migrationSeen(task, sighting, at: $1), ()) }
        return true
    }

    func perform(_ command: ServiceDeployment.Command) async throws {
        guard let stored = try await self.store.read({ try $0.serviceDeployment(self.id) }) else { return }
        CrashPoint.reached("ecs.before-\(command.action.crashPointName)")
        let executor = ServiceDeploymentExecutor(
            store: self.store, aws: self.aws, scope: self.scope, deployment: stored, clock: self.clock)
        let result: ServiceDeploymentExecutor.Result
        if command.action.isCall {
            // A function may run for minutes: its hook's time-out is its limit.
            result = try await executor.perform(command)
        } else {
            do {
                result = try await self.attemptLimit.run { try await executor.perform(command) }
            } catch let cut as AttemptCut {
                // Whether it was done is not known: it is asked for again, under the same id.
                result = .failed(.transient(reason: "\(cut)"))
            }
        }
        CrashPoint.reached("ecs.after-\(command.action.crashPointName)")
        try await self.record { machine, now in
            switch result {
            case .inspected(let isSplit): (machine.trafficInspected(command.id, isSplit: isSplit, at: now), ())
            case .migrating(let task): (machine.migrationStarted(command.id, task: task, at: now), ())
            case .answered(let answer): (machine.hookAnswered(command.id, answer, at: now), ())
            case .done: (machine.commandSucceeded(command.id, at: now), ())
            case .failed(let failure): (machine.commandFailed(command.id, failure, at: now), ())
            }
        }
    }

    func record(
        _ event: @escaping @Sendable (inout ServiceDeployment, Timestamp) -> (ServiceDeployment.Step, Void)
    ) async throws {
        guard let outcome = try await self.ledger.record(self.id, event) else { return }
        for notice in outcome.step.notices { notice.log(to: self.logger) }
    }
}

extension ECSHandlers {
    /// What drives every service deployment of the store.
    package static func deploymentController(
        store: Store, aws: AWSClient, clock: any WallClock, account: String, logger: Logger
    ) -> any Service {
        DeploymentController(
            store: store, clock: clock, logger: logger, newcomers: { try $0.activeServiceDeployments(after: $1) }
        ) { id, logger -> ServiceDeploymentDriver? in
            guard let stored = try await store.read({ try $0.serviceDeployment(id) }) else { return nil }
            let scope = Scope(account: account, region: stored.service.region)
            var logger = logger
            logger[metadataKey: "service-deployment.id"] = "\(id)"
            return ServiceDeploymentDriver(
                id: id, service: stored.service, wakeTopics: stored.machine.plan.alarms.isEnabled ? [.alarms] : [],
                scope: scope, store: store, aws: aws.acting(in: scope), clock: clock, attemptLimit: .standard,
                logger: logger)
        }
    }
}
