internal import FunctionRuntime
internal import Logging
internal import Model
internal import ServiceLifecycle
internal import Store

/// Removes code that no version of any function refers to: what an update has replaced, and what deleted functions,
/// refused creations and crashes have left.
struct CodeCollector: Service {
    let store: Store
    let codes: FunctionCodeStore
    let clock: any WallClock
    let logger: Logger

    func run() async throws {
        let wake = WakeSignal()
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await wake.follow(self.store.changes.watch([.functions])) }
                group.addTask { await wake.follow(self.codes.releases) }
                var retry: Timestamp?
                repeat {
                    do {
                        try await self.collect()
                        retry = nil
                    } catch {
                        retry = self.clock.now() + .minutes(1)
                        if !Task.isCancelled {
                            self.logger.warning("unused code is not removed", metadata: ["error": "\(error)"])
                        }
                    }
                } while await wake.wait(until: retry, self.clock)
                group.cancelAll()
            }
        }
    }

    func collect() async throws {
        let inventory = try await self.codes.inventory()
        let referenced = try await self.store.read { try $0.functionCodeSHAs() }
        for sha in inventory.codes where !referenced.contains(sha) {
            try await self.codes.remove(sha, asOf: inventory)
        }
    }
}
