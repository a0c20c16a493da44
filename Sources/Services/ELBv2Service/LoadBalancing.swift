internal import CloudWatchCalls
package import Logging
package import Model
package import Store
package import WireProtocol

/// Everything of ELBv2 that the composition root starts and registers, wired to each other.
package struct LoadBalancing: Sendable {
    package let handlers: ELBv2Handlers
    package let publisher: RoutingPublisher
    package let drains: DrainController
    /// What the proxy has counted so far.
    package let counters: TrafficCounters

    private let board: TargetHealthBoard
    private let store: Store
    private let clock: any WallClock
    private let logger: Logger

    package init(store: Store, binding: ListenerBinding, clock: any WallClock, logger: Logger) {
        let ports = ListenerPorts(binding)
        let board = TargetHealthBoard(changes: store.changes)
        let publisher = RoutingPublisher(store: store, ports: ports, logger: logger)
        self.handlers = ELBv2Handlers(store: store, ports: ports, board: board, publisher: publisher, clock: clock)
        self.publisher = publisher
        self.drains = DrainController(store: store, clock: clock, logger: logger)
        self.counters = TrafficCounters(clock: clock)
        self.board = board
        self.store = store
        self.clock = clock
        self.logger = logger
    }

    /// The service that runs `teal proxy`.
    package func supervisor(_ command: ProxyCommand, atStop: ProxySupervisor.AtStop) -> ProxySupervisor {
        ProxySupervisor(
            command: command, atStop: atStop, publisher: self.publisher, board: self.board, counters: self.counters,
            logger: self.logger)
    }

    /// The service that publishes what the proxy counts.
    /// - Parameter aws: how it reaches CloudWatch.
    package func metrics(_ aws: AWSClient, timeScale: TimeScale) -> TrafficMetricsPublisher {
        TrafficMetricsPublisher(
            store: self.store, publisher: self.publisher, board: self.board, counters: self.counters, aws: aws,
            rhythm: MetricRhythm(timeScale), clock: self.clock, logger: self.logger)
    }
}
