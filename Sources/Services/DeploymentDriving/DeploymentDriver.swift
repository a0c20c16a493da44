package import Logging
package import Model
package import Store
internal import Synchronization

/// Takes one deployment of either engine to its end: fires its timers, tells it how the world is, performs its commands. What
/// each of these means is the engine's; that they come one after another, and again whenever something happens, is said here.
package protocol DeploymentDriver: Sendable {
    /// A command whose performance may take minutes. It runs beside the turns.
    associatedtype Call: Identifiable & Sendable where Call.ID: Sendable

    /// What wakes the driver between two turns, besides the moment that a turn asked for.
    var wakeTopics: Set<ChangeTopic> { get }
    var wakeSubjects: Set<ChangeSubject> { get }
    var logger: Logger { get }

    /// Looks once, and does the first thing that is to be done.
    func turn() async throws -> DeploymentTurn<Call>

    /// Performs the call, and reports its result to the deployment.
    func perform(_ call: Call) async throws
}

/// What one turn led to.
package enum DeploymentTurn<Call: Sendable>: Sendable {
    /// Something was done: take another.
    case acted
    /// These calls are outstanding. Nothing else is to be done before the moment, unless something changes.
    case waiting([Call], until: Timestamp?)
    case ended
}

extension DeploymentTurn: Equatable where Call: Equatable {}

extension DeploymentDriver {
    package var wakeTopics: Set<ChangeTopic> { [] }

    /// Returns when the deployment has ended.
    package func run(_ changes: ChangeFeed, _ clock: any WallClock) async throws {
        let signal = WakeSignal()
        let calls = CallsUnderWay<Call.ID>()
        // Before the first look, so that what happens during one wakes the wait after it.
        let wakes = changes.watch(self.wakeTopics, self.wakeSubjects)
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await signal.follow(wakes) }
            // What a function still says changes nothing any more.
            defer { group.cancelAll() }
            while true {
                switch try await self.turn() {
                case .acted: continue
                case .waiting(let outstanding, let deadline):
                    for call in outstanding where calls.begin(call.id) {
                        group.addTask {
                            await self.attempt(call, clock)
                            calls.end(call.id)
                            signal.raise()
                        }
                    }
                    guard await signal.wait(until: deadline, clock) else { throw CancellationError() }
                case .ended: return
                }
            }
        }
    }

    /// A result that cannot be recorded (a full disk) is asked for again after a pause.
    private func attempt(_ call: Call, _ clock: any WallClock) async {
        do {
            try await self.perform(call)
        } catch is CancellationError {
            return
        } catch {
            self.logger.error("deployment command failed", metadata: ["error": "\(error)"])
            // Cancelled: nobody waits for the call any more.
            try? await clock.sleep(for: .seconds(1))
        }
    }
}

/// One call of an id at a time.
private final class CallsUnderWay<ID: Hashable & Sendable>: Sendable {
    private let ids = Mutex<Set<ID>>([])

    func begin(_ id: ID) -> Bool { self.ids.withLock { $0.insert(id).inserted } }

    func end(_ id: ID) { self.ids.withLock { _ = $0.remove(id) } }
}
