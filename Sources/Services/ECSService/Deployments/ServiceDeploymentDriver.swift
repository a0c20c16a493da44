internal import DeploymentEngine
internal import Logging
internal import Model
internal import Store
internal import WireProtocol

/// Takes one service deployment to its end: fires its timers, tells it how its revisions are, performs its commands, and
/// waits for the next thing to happen.
struct ServiceDeploymentDriver: Sendable {
    static let topics: Set<ChangeTopic> = [.deployments, .taskSets, .tasks, .services]

    let id: ServiceDeployment.ID
    let scope: Scope
    let store: Store
    let aws: AWSClient
    let clock: any WallClock
    let logger: Logger

    private var ledger: ServiceDeploymentLedger { ServiceDeploymentLedger(store: self.store, clock: self.clock) }

    /// What one look led to.
    enum Turn: Equatable, Sendable {
        /// Something was done: look again.
        case acted
        /// These calls are outstanding. Nothing else is to be done before the moment, unless something changes.
        case waiting([ServiceDeployment.Command], until: Timestamp?)
        case ended
    }

    /// Returns when the deployment has ended.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { calls in
            var underWay: Set<ServiceDeployment.CommandID> = []
            while true {
                // Before the look, so that what happens during it wakes the wait below.
                let changes = self.store.changes.watch(Self.topics)
                for await _ in changes { break }
                switch try await self.turn() {
                case .acted: continue
                case .waiting(let outstanding, let deadline):
                    // One that has answered may be asked for again under its id, after a pause.
                    underWay.formIntersection(outstanding.map(\.id))
                    for command in outstanding where underWay.insert(command.id).inserted {
                        calls.addTask { try await self.perform(command) }
                    }
                    try await self.clock.wait(for: changes, until: deadline)
                case .ended:
                    // What a function still says changes nothing any more.
                    calls.cancelAll()
                    return
                }
            }
        }
    }

    /// Looks once, and does the first thing that is to be done; calls of functions are left to the caller.
    func turn() async throws -> Turn {
        guard let stored = try await self.store.read({ try $0.serviceDeployment(self.id) }),
            stored.machine.status.isActive
        else { return .ended }
        if stored.machine.status == .pending { return try await self.begin(stored) ? .acted : .waiting([], until: nil) }
        // Timers last: after an outage, what was done and seen in time must not be lost to a deadline that passed.
        if try await self.observe(stored) { return .acted }
        let outstanding = stored.machine.outstandingCommands
        if let command = outstanding.first(where: { !$0.action.isCall }) {
            try await self.perform(command)
            return .acted
        }
        if let timer = stored.machine.nextTimer, timer.deadline <= self.clock.now() {
            try await self.record { ($0.timerFired(timer.id, at: $1), ()) }
            return .acted
        }
        return .waiting(outstanding, until: stored.machine.nextTimer?.deadline)
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

    func perform(_ command: ServiceDeployment.Command) async throws {
        guard let stored = try await self.store.read({ try $0.serviceDeployment(self.id) }) else { return }
        CrashPoint.reached("ecs.before-\(command.action.crashPointName)")
        let executor = ServiceDeploymentExecutor(
            store: self.store, aws: self.aws, scope: self.scope, deployment: stored, clock: self.clock)
        let result = try await executor.perform(command)
        CrashPoint.reached("ecs.after-\(command.action.crashPointName)")
        try await self.record { machine, now in
            switch result {
            case .inspected(let isSplit): (machine.trafficInspected(command.id, isSplit: isSplit, at: now), ())
            case .answered(let answer): (machine.hookAnswered(command.id, answer, at: now), ())
            case .done: (machine.commandSucceeded(command.id, at: now), ())
            case .failed(let failure): (machine.commandFailed(command.id, failure, at: now), ())
            }
        }
    }

    private func record(
        _ event: @escaping @Sendable (inout ServiceDeployment, Timestamp) -> (ServiceDeployment.Step, Void)
    ) async throws {
        guard let outcome = try await self.ledger.record(self.id, event) else { return }
        for notice in outcome.step.notices { notice.log(to: self.logger) }
    }
}
