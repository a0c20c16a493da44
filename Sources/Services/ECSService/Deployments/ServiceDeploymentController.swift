internal import DeploymentEngine
package import Logging
package import Model
internal import ServiceLifecycle
package import Store
internal import Synchronization
package import WireProtocol

/// Drives every active service deployment of the store, whichever region it is in. On start it takes up those that an
/// earlier process left unfinished: their outstanding commands run again.
package final class ServiceDeploymentController: Service {
    private let store: Store
    private let aws: AWSClient
    private let clock: any WallClock
    private let account: String
    private let logger: Logger
    private let driven = Mutex<Set<ServiceDeployment.ID>>([])

    package init(store: Store, aws: AWSClient, clock: any WallClock, account: String, logger: Logger) {
        self.store = store
        self.aws = aws
        self.clock = clock
        self.account = account
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for await _ in self.store.changes.watch([.deployments]) {
                    for id in await self.active() where self.driven.withLock({ $0.insert(id).inserted }) {
                        group.addTask { await self.drive(id) }
                    }
                }
                group.cancelAll()
            }
        }
    }

    /// A store that cannot be read now is asked again.
    private func active() async -> [ServiceDeployment.ID] {
        while !Task.isCancelled {
            do {
                return try await self.store.read { try $0.activeServiceDeployments() }
            } catch {
                self.logger.error("service deployments cannot be read", metadata: ["error": "\(error)"])
                // Cancelled: the loop's condition ends it.
                try? await self.clock.sleep(for: .seconds(1))
            }
        }
        return []
    }

    /// A driver that fails (a full disk) is started again after a pause; nothing is lost but time.
    private func drive(_ id: ServiceDeployment.ID) async {
        var logger = self.logger
        logger[metadataKey: "service-deployment.id"] = "\(id.rawValue)"
        while !Task.isCancelled {
            do {
                guard let region = try await self.store.read({ try $0.serviceDeployment(id)?.service.region }) else {
                    break
                }
                let scope = Scope(account: self.account, region: region)
                try await ServiceDeploymentDriver(
                    id: id, scope: scope, store: self.store, aws: self.aws.acting(in: scope), clock: self.clock,
                    logger: logger
                ).run()
                break
            } catch is CancellationError {
                break
            } catch {
                logger.error("service deployment driver failed", metadata: ["error": "\(error)"])
                // Cancelled: the loop's condition ends it.
                try? await self.clock.sleep(for: .seconds(1))
            }
        }
        self.driven.withLock { _ = $0.remove(id) }
    }
}
