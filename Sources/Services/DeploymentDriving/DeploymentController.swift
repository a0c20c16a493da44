package import Logging
package import Model
internal import ServiceLifecycle
package import Store

/// Drives every active deployment of one engine, whichever region it is in. On start it takes up those that an earlier process
/// left unfinished: their outstanding commands run again.
package struct DeploymentController<Driver: DeploymentDriver, ID: CustomStringConvertible & Sendable>: Service {
    private let store: Store
    private let clock: any WallClock
    private let logger: Logger
    private let newcomers: @Sendable (StoreSnapshot, Int) throws -> [ActiveDeployment<ID>]
    private let driver: @Sendable (ID, Logger) async throws -> Driver?

    /// - Parameters:
    ///   - newcomers: active deployments that were created after one of this sequence number, oldest first.
    ///   - driver: `nil` where the deployment is gone.
    package init(
        store: Store, clock: any WallClock, logger: Logger,
        newcomers: @escaping @Sendable (StoreSnapshot, _ after: Int) throws -> [ActiveDeployment<ID>],
        driver: @escaping @Sendable (ID, Logger) async throws -> Driver?
    ) {
        self.store = store
        self.clock = clock
        self.logger = logger
        self.newcomers = newcomers
        self.driver = driver
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown { await self.drive() }
    }

    private func drive() async {
        let signal = WakeSignal()
        let changes = self.store.changes.watch([.deployments])
        await withDiscardingTaskGroup { group in
            group.addTask { await signal.follow(changes) }
            var last = 0
            var retryAt: Timestamp?
            while await signal.wait(until: retryAt, self.clock) {
                do {
                    // None that has ended begins again, so that what is newer than the last one is all there is.
                    for active in try await self.store.read({ [last] in try self.newcomers($0, last) }) {
                        last = active.sequence
                        group.addTask { await self.drive(active.id) }
                    }
                    retryAt = nil
                } catch {
                    // Where this was a cancellation, the wait ends the loop.
                    self.logger.error("deployments could not be read", metadata: ["error": "\(error)"])
                    retryAt = self.clock.now() + .seconds(1)
                }
            }
            group.cancelAll()
        }
    }

    /// A driver that fails (a full disk) is started again after a pause; nothing is lost but time.
    private func drive(_ id: ID) async {
        while !Task.isCancelled {
            do {
                try await self.driver(id, self.logger)?.run(self.store.changes, self.clock)
                return
            } catch is CancellationError {
                return
            } catch {
                self.logger.error(
                    "deployment driver failed", metadata: ["deployment.id": "\(id)", "error": "\(error)"])
                // Cancelled: the loop's condition ends it.
                try? await self.clock.sleep(for: .seconds(1))
            }
        }
    }
}
