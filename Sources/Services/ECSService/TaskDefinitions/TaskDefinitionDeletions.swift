internal import ECSAPI
package import Logging
package import Model
internal import ServiceLifecycle
package import Store
internal import WireProtocol

/// Ends the deletion of task definition revisions: one that no task and no service uses any more is forgotten, and its number
/// is not given out again. Costs one small query a change while no revision is being deleted.
package struct TaskDefinitionDeletions: Service {
    /// How long a revision stays in DELETE_IN_PROGRESS even if nothing uses it.
    private static let shownFor = Duration.seconds(60)

    private let store: Store
    private let clock: any WallClock
    private let account: String
    private let timeScale: TimeScale
    private let logger: Logger

    package init(store: Store, clock: any WallClock, account: String, timeScale: TimeScale, logger: Logger) {
        self.store = store
        self.clock = clock
        self.account = account
        self.timeScale = timeScale
        self.logger = logger
    }

    package func run() async throws {
        let signal = WakeSignal()
        let changes = self.store.changes.watch([.taskDefinitions, .services, .taskSets, .tasks])
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await signal.follow(changes) }
                var next: Timestamp?
                while await signal.wait(until: next, self.clock) { next = await self.sweep() }
                group.cancelAll()
            }
        }
    }

    /// - Returns: when to look again, if nothing changes before.
    func sweep() async -> Timestamp? {
        do {
            let pending = try await self.store.read { try $0.taskDefinitionsBeingDeleted() }
            guard !pending.isEmpty else { return nil }
            let now = self.clock.now()
            var next: Timestamp?
            for definition in pending {
                let end = try (definition.shape.deleteRequestedAt ?? now) + self.timeScale.wait(Self.shownFor)
                guard end <= now else {
                    next = min(next ?? end, end)
                    continue
                }
                try await self.deleteUnlessUsed(definition)
            }
            return next
        } catch is CancellationError {
            return nil
        } catch {
            self.logger.error(
                "task definitions could not be deleted", metadata: ["error": "\(String(reflecting: error))"])
            return self.clock.now() + .seconds(5)
        }
    }

    private func deleteUnlessUsed(_ definition: StoredTaskDefinition) async throws {
        let scope = Scope(account: self.account, region: definition.region)
        let arn = scope.taskDefinitionARN(family: definition.family, revision: definition.revision)
        guard try await !self.store.read({ try $0.isUsed(definition, arn: arn) }) else { return }
        try await self.store.write { transaction in
            // A rollback may have come back to it meanwhile.
            guard try !transaction.isUsed(definition, arn: arn) else { return }
            try transaction.delete(definition, arn: arn)
        }
    }
}
