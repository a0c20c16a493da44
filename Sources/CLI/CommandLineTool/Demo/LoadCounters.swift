internal import Model
internal import Synchronization

/// What the load generator has counted, shared by its workers.
final class LoadCounters: Sendable {
    struct Totals: Sendable {
        /// Requests answered with 200, by the version in the body.
        var answered: [String: Int] = [:]
        var loadBalancerErrors = 0
        var targetErrors = 0
        /// No answer at all: refused, reset or timed out.
        var connectionErrors = 0
        /// Milliseconds, of the requests since the last look.
        var latencies: [Double] = []
        /// The first failure in words, for the receipt.
        var firstFailure: String?

        var failed: Int { self.loadBalancerErrors + self.targetErrors + self.connectionErrors }
        var total: Int { self.answered.values.reduce(0, +) + self.failed }
    }

    private let totals = Mutex(Totals())

    func answered(version: String, latency: Duration) {
        self.totals.withLock { totals in
            totals.answered[version, default: 0] += 1
            totals.latencies.append(latency.inMilliseconds)
        }
    }

    /// - Parameter isFromLoadBalancer: the reply carried the load balancer's own `Server` header.
    func failed(status: Int, isFromLoadBalancer: Bool) {
        self.totals.withLock { totals in
            if isFromLoadBalancer { totals.loadBalancerErrors += 1 } else { totals.targetErrors += 1 }
            totals.firstFailure =
                totals.firstFailure ?? "status \(status) from the \(isFromLoadBalancer ? "load balancer" : "target")"
        }
    }

    func failed(_ error: any Error) {
        self.totals.withLock { totals in
            totals.connectionErrors += 1
            totals.firstFailure = totals.firstFailure ?? "\(error)"
        }
    }

    /// The totals so far; the latencies since the previous look.
    func look() -> Totals {
        self.totals.withLock { totals in
            defer { totals.latencies = [] }
            return totals
        }
    }
}

extension Duration {
    fileprivate var inMilliseconds: Double {
        let (seconds, attoseconds) = self.components
        return Double(seconds) * 1000 + Double(attoseconds) / 1e15
    }
}
