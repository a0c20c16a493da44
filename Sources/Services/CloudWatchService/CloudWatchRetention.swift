internal import Logging
internal import Model
internal import Monitoring
internal import ServiceLifecycle
internal import Store

/// Rolls metric data up as they age, and deletes the oldest of them and of the alarms' histories, every ten minutes.
struct CloudWatchRetention: Service {
    private static let batch = 2_000
    /// Of an alarm's history.
    private static let history = Duration.hours(24 * 14)

    let store: Store
    let metrics: MetricStore
    let clock: any WallClock
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            repeat {
                do {
                    try await self.rollUp()
                    let limit = self.clock.now() - Self.history
                    try await self.store.write { try $0.deleteAlarmHistory(before: limit) }
                } catch {
                    self.logger.error("metric data could not be rolled up", metadata: ["error": "\(error)"])
                }
                // Ends with the server: the sleep throws when it is cancelled.
            } while (try? await self.clock.sleep(for: .minutes(10))) != nil
        }
    }

    /// In small transactions, so that writers get their turn between them.
    func rollUp() async throws {
        let now = self.clock.now()
        for tier in MetricTier.allCases {
            // Only whole spans of the next tier move, so that a span is never in both while a query reads it.
            let limit = (tier.coarser ?? tier).start(of: now - tier.retention)
            while try await self.metrics.write({
                try $0.rollUp(tier, before: limit, limit: Self.batch)
            }) == Self.batch {}
        }
        try await self.metrics.write { try $0.deleteEmptyMetrics(receivedBefore: now - .hours(24 * 14)) }
    }
}
