internal import CloudWatchCalls
internal import ELBv2API
internal import Logging
internal import Model
internal import ProxyFeed
internal import ServiceLifecycle
internal import Store
internal import TrafficRouting
internal import WireProtocol

/// Tells CloudWatch once an interval what the proxy has carried meanwhile. What was counted while the server was away is
/// not told: nobody knows when it was.
package struct TrafficMetricsPublisher: Service {
    static let namespace = "AWS/ApplicationELB"

    let store: Store
    let publisher: RoutingPublisher
    let board: TargetHealthBoard
    let counters: TrafficCounters
    let aws: AWSClient
    let rhythm: MetricRhythm
    let clock: any WallClock
    let logger: Logger

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var layout: (of: Generation, layout: TrafficLayout)?
            var before: TrafficCounters.Totals?
            while !Task.isCancelled {
                let due = self.rhythm.next(after: self.clock.now())
                // Cancelled: the loop's condition ends it.
                guard (try? await self.clock.sleep(until: due)) != nil else { return }
                guard let known = before ?? self.counters.totalsAtStart else { continue }
                let after = self.counters.totals
                before = after
                do {
                    layout = try await self.layout(after: layout)
                    guard let layout = layout?.layout else { continue }
                    let metrics = TrafficMetrics(before: known, after: after, hosts: self.hosts(in: layout))
                    try await self.publish(metrics, layout, at: due - self.rhythm.interval)
                } catch {
                    // What was to be told is lost, as where CloudWatch cannot be reached.
                    self.logger.warning(
                        "traffic metrics could not be published", metadata: ["error": "\(String(reflecting: error))"])
                }
            }
        }
    }

    private func publish(_ metrics: TrafficMetrics, _ layout: TrafficLayout, at moment: Timestamp) async throws {
        var samples: [String: [MetricSample]] = [:]
        for balancer in layout.balancers {
            samples[balancer.region, default: []] += metrics.samples(of: balancer)
        }
        for (region, samples) in samples {
            let scope = Scope(account: self.aws.scope.account, region: region)
            try await self.aws.acting(in: scope).publish(samples, in: Self.namespace, at: moment)
        }
    }

    /// - Returns: the one before, where nothing of the routing has changed.
    private func layout(
        after known: (of: Generation, layout: TrafficLayout)?
    ) async throws -> (of: Generation, layout: TrafficLayout)? {
        guard let snapshot = await self.publisher.current else { return nil }
        if let known, known.of == snapshot.generation { return known }
        let zones = try await self.store.read { snapshot in
            var zones: [String: [String]] = [:]
            for record in try snapshot.allLoadBalancers() {
                zones[record.arn] = (try record.shape(impairment: nil).availabilityZones ?? []).compactMap(\.zoneName)
            }
            return zones
        }
        return (snapshot.generation, TrafficLayout(snapshot, zones: zones))
    }

    /// `nil` while no proxy is connected.
    private func hosts(in layout: TrafficLayout) -> [TargetGroupID: TrafficMetrics.HostCounts]? {
        var hosts: [TargetGroupID: TrafficMetrics.HostCounts] = [:]
        for group in layout.balancers.lazy.flatMap(\.groups) where hosts[group.id] == nil {
            guard let counts = self.board.hostCounts(of: group.targets, in: group.id) else { return nil }
            hosts[group.id] = counts
        }
        return hosts
    }
}

extension TargetHealthBoard {
    fileprivate func hostCounts(of targets: [Target], in group: TargetGroupID) -> TrafficMetrics.HostCounts? {
        var counts = TrafficMetrics.HostCounts()
        guard self.isConnected else { return nil }
        for target in targets {
            switch self.verdict(on: target.id, in: group, registeredAt: target.registeredAt) {
            case .known(.healthy): counts.healthy += 1
            case .known(.unhealthy): counts.unhealthy += 1
            case .known(.notInUse), .known(.registering), .known(.checking), .known(.draining), .notYet, .unavailable:
                break
            }
        }
        return counts
    }
}
