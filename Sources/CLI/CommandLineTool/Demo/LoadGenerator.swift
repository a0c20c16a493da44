internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1

/// Steady requests on kept-alive connections, paced so that the rate does not depend on how fast answers come.
struct LoadGenerator: Sendable {
    let url: String
    /// Requests a second over all connections.
    let rate: Int
    let connections: Int
    let counters: LoadCounters

    /// Runs until its task is cancelled; every request that was begun is finished and counted.
    func run() async {
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: Self.configuration)
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<self.connections {
                group.addTask { await self.work(worker, client) }
            }
        }
        // Nothing is in flight any more; a failure to close idle connections concerns nobody.
        try? await client.shutdown()
    }

    private static var configuration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        // A retry of the client would hide a lost request.
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }

    private func work(_ worker: Int, _ client: HTTPClient) async {
        let interval = Duration.seconds(1) * self.connections / self.rate
        let clock = ContinuousClock()
        var next = clock.now + interval * worker / self.connections
        while !Task.isCancelled {
            do { try await clock.sleep(until: next) } catch { return }
            // Not cancelled with the worker: a request that was begun is always finished.
            await Task { await self.request(client, clock) }.value
            next += interval
        }
    }

    private func request(_ client: HTTPClient, _ clock: ContinuousClock) async {
        let start = clock.now
        do {
            let response = try await client.execute(HTTPClientRequest(url: self.url), timeout: .seconds(30))
            let body = try await response.body.collect(upTo: 1 << 16)
            guard response.status == .ok else {
                let server = response.headers.first(name: "Server")
                self.counters.failed(status: Int(response.status.code), isFromLoadBalancer: server == "awselb/2.0")
                return
            }
            let version = String(buffer: body).split(whereSeparator: \.isWhitespace).first.map(String.init) ?? "?"
            self.counters.answered(version: version, latency: clock.now - start)
        } catch {
            self.counters.failed(error)
        }
    }
}
