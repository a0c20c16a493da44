internal import DeploymentEngine
internal import Logging
internal import Model
internal import ServiceLifecycle
internal import Store
internal import Synchronization
internal import WireProtocol

/// Drives every active deployment of the store, whichever region it is in. On start it takes up those that an earlier
/// process left unfinished: their outstanding commands run again.
final class DeploymentController: Service {
    private let store: Store
    private let aws: AWSClient
    private let clock: any WallClock
    private let wakeSource: WakeSource
    private let attemptLimit: AttemptLimit
    private let logger: Logger
    private let driven = Mutex<Set<CodeDeployDeployment.ID>>([])

    init(
        store: Store, aws: AWSClient, clock: any WallClock, wakeSource: WakeSource, attemptLimit: AttemptLimit,
        logger: Logger
    ) {
        self.store = store
        self.aws = aws
        self.clock = clock
        self.wakeSource = wakeSource
        self.attemptLimit = attemptLimit
        self.logger = logger
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { await self.drive() }
    }

    private func drive() async {
        let signal = WakeSignal()
        let changes = self.store.changes.watch([.deployments])
        await withDiscardingTaskGroup { group in
            group.addTask { await signal.follow(changes) }
            var retryAt: Timestamp?
            while await signal.wait(until: retryAt, self.clock) {
                do {
                    for id in try await self.store.read({ try $0.activeCodeDeployDeployments() })
                    where self.driven.withLock({ $0.insert(id).inserted }) {
                        group.addTask { await self.drive(id) }
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
    private func drive(_ id: CodeDeployDeployment.ID) async {
        var logger = self.logger
        logger[metadataKey: "deployment.id"] = "\(id)"
        let driver = DeploymentDriver(
            id: id, store: self.store, ledger: DeploymentLedger(store: self.store, clock: self.clock), aws: self.aws,
            clock: self.clock, wakeSource: self.wakeSource, attemptLimit: self.attemptLimit, logger: logger)
        while !Task.isCancelled {
            do {
                try await driver.run()
                break
            } catch is CancellationError {
                break
            } catch {
                logger.error("deployment driver failed", metadata: ["error": "\(error)"])
                // Cancelled: the loop's condition ends it.
                try? await self.clock.sleep(for: .seconds(1))
            }
        }
        self.driven.withLock { _ = $0.remove(id) }
    }
}
