internal import DeploymentEngine
package import Logging
internal import Model
internal import ServiceLifecycle
internal import Store
internal import Synchronization

/// Keeps the receipt of every deployment while it goes on: reads the counters whenever the deployment moves, stores what was
/// read, and adds a line to the service's events when the last count is in.
package final class ReceiptRecorder: Service {
    private let receipts: Receipts
    private let store: Store
    private let clock: any WallClock
    private let logger: Logger
    private let followed = Mutex<Set<String>>([])

    package init(_ receipts: Receipts, logger: Logger) {
        self.receipts = receipts
        self.store = receipts.store
        self.clock = receipts.clock
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            let signal = WakeSignal()
            let changes = self.store.changes.watch([.deployments])
            await withDiscardingTaskGroup { group in
                group.addTask { await signal.follow(changes) }
                var found = Found()
                var retryAt: Timestamp?
                while await signal.wait(until: retryAt, self.clock) {
                    do {
                        found = try await self.store.read { [found] in try found.next(in: $0) }
                        for id in found.ids where self.followed.withLock({ $0.insert(id).inserted }) {
                            group.addTask { await self.follow(id) }
                        }
                        retryAt = nil
                    } catch {
                        // Where this was a cancellation, the wait ends the loop.
                        self.logger.error("receipts could not be read", metadata: ["error": "\(error)"])
                        retryAt = self.clock.now() + .seconds(1)
                    }
                }
                group.cancelAll()
            }
        }
    }

    /// Deployments to follow: at first all whose receipts are open, after that those that are newer than the last ones.
    private struct Found: Sendable {
        var ids: [String] = []
        private var hasBegun = false
        private var ecs = 0
        private var codeDeploy = 0

        func next(in snapshot: StoreSnapshot) throws -> Found {
            var next = self
            let ecs = try snapshot.activeServiceDeployments(after: self.ecs)
            let codeDeploy = try snapshot.activeCodeDeployDeployments(after: self.codeDeploy)
            next.ids = ecs.map(\.id.rawValue) + codeDeploy.map(\.id.rawValue)
            if !self.hasBegun { next.ids += try snapshot.openReceipts() }
            next.hasBegun = true
            next.ecs = ecs.last?.sequence ?? self.ecs
            next.codeDeploy = codeDeploy.last?.sequence ?? self.codeDeploy
            return next
        }
    }

    /// Until the receipt is final. One that fails (a full disk) is taken up again after a pause: the proxy goes on counting.
    private func follow(_ id: String) async {
        defer { self.followed.withLock { _ = $0.remove(id) } }
        while !Task.isCancelled {
            do {
                return try await self.keep(id)
            } catch is CancellationError {
                return
            } catch {
                self.logger.error(
                    "a receipt could not be kept", metadata: ["deployment.id": "\(id)", "error": "\(error)"])
                // Cancelled: the loop's condition ends it.
                try? await self.clock.sleep(for: .seconds(1))
            }
        }
    }

    private func keep(_ id: String) async throws {
        guard let subjects = try await self.receipts.subjects(of: id) else { return }
        let signal = WakeSignal()
        // Before the first look, so that what happens during one wakes the wait after it.
        let changes = self.store.changes.watch([], subjects)
        await withDiscardingTaskGroup { group in
            group.addTask { await signal.follow(changes) }
            var next: Timestamp?
            repeat {
                do {
                    next = try await self.receipts.record(id)
                    if next == nil { break }
                } catch {
                    self.logger.error(
                        "a receipt could not be kept", metadata: ["deployment.id": "\(id)", "error": "\(error)"])
                    next = self.clock.now() + .seconds(1)
                }
            } while await signal.wait(until: next, self.clock)
            group.cancelAll()
        }
    }
}
