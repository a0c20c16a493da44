internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1

/// How many targets left the load balancer, how many of their connections ended in peace, and how many requests were cut
/// off when the time was up: summed over the target groups in `/_teal/metrics`.
struct DrainCount: Equatable {
    var targets = 0
    var connections = 0
    var cutRequests = 0

    init() {}

    /// - Parameter metrics: Prometheus text.
    init(metrics: String) {
        for line in metrics.split(separator: "\n") {
            guard let value = line.split(separator: " ").last.flatMap({ Int($0) }) else { continue }
            if line.hasPrefix("teal_target_drained_total{") { self.targets += value }
            if line.hasPrefix("teal_target_drained_connections_total{") { self.connections += value }
            if line.hasPrefix("teal_target_cut_requests_total{") { self.cutRequests += value }
        }
    }

    /// - Parameter endpoint: of the server, without a slash at the end.
    /// - Throws: `DemoFailure` where the page is not there.
    static func read(from endpoint: String) async throws -> DrainCount {
        let response = try await HTTPClient.shared.execute(
            HTTPClientRequest(url: endpoint + "/_teal/metrics"), timeout: .seconds(10))
        let body = try await response.body.collect(upTo: 1 << 22)
        guard response.status == .ok else { throw DemoFailure("/_teal/metrics answered \(response.status.code)") }
        return DrainCount(metrics: String(buffer: body))
    }
}
