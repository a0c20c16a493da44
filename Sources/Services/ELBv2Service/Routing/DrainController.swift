internal import Logging
internal import Model
internal import ServiceLifecycle
internal import Store

/// Removes draining targets when their deregistration delay has passed. Sleeps until the next stored deadline.
package struct DrainController: Service {
    let store: Store
    let clock: any WallClock
    let logger: Logger

    package func run() async throws {
        let signal = WakeSignal()
        let changes = self.store.changes.watch([.targetHealth])
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await signal.follow(changes) }
                var wakeAt: Timestamp?
                while await signal.wait(until: wakeAt, self.clock) { wakeAt = await self.expire() }
                group.cancelAll()
            }
        }
    }

    /// Removes the targets whose time is up.
    /// - Returns: when to look again, for a store that fails a second later.
    private func expire() async -> Timestamp? {
        do {
            guard let earliest = try await self.store.read({ try $0.nextDrainDeadline() }) else { return nil }
            let now = self.clock.now()
            guard earliest <= now else { return earliest }
            return try await self.store.write { transaction in
                if try transaction.deleteDrainedTargets(at: now) > 0 { _ = try transaction.routingChanged() }
                return try transaction.nextDrainDeadline()
            }
        } catch {
            // Where this was a cancellation, the wait ends the loop.
            self.logger.error(
                "drained targets could not be removed", metadata: ["error": "\(String(reflecting: error))"])
            return self.clock.now() + .seconds(1)
        }
    }
}
