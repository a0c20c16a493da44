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
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                var earliest: Timestamp?
                for await _ in self.store.changes.watch([.targetHealth]) {
                    guard let next = await self.nextDeadline() else { continue }
                    // A sleeper for this deadline, or for an earlier one that will look again, is there already.
                    if let waiting = earliest, waiting <= next, waiting > self.clock.now() { continue }
                    earliest = next
                    group.addTask { await self.expire(at: next) }
                }
                group.cancelAll()
            }
        }
    }

    private func nextDeadline() async -> Timestamp? {
        do {
            return try await self.store.read { try $0.nextDrainDeadline() }
        } catch {
            self.logger.error("draining targets could not be read", metadata: ["error": "\(String(reflecting: error))"])
            return nil
        }
    }

    private func expire(at deadline: Timestamp) async {
        do {
            try await self.clock.sleep(until: deadline)
            let now = self.clock.now()
            try await self.store.write { transaction in
                guard try transaction.deleteDrainedTargets(at: now) > 0 else { return }
                _ = try transaction.routingChanged()
            }
        } catch is CancellationError {
            return
        } catch {
            self.logger.error(
                "drained targets could not be removed", metadata: ["error": "\(String(reflecting: error))"])
        }
    }
}
