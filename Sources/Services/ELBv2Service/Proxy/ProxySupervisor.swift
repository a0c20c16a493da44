internal import Logging
internal import Model
internal import ProxyFeed
internal import ServiceLifecycle
internal import TrafficRouting

/// Keeps one proxy process running and connected. It finds one that an earlier server left behind, starts one where there
/// is none, and starts a new one with the kept sockets and the last snapshot when it has crashed. When the server stops,
/// the proxy goes on, unless it belongs to this server alone.
package struct ProxySupervisor: Service {
    /// What becomes of the proxy when the server stops.
    package enum AtStop: Sendable {
        case leaveRunning
        /// `--ephemeral` and `teal down`: ends it, with at most so long for requests in flight.
        case shutDown(grace: Duration)
    }

    let command: ProxyCommand
    let atStop: AtStop
    let publisher: RoutingPublisher
    let board: TargetHealthBoard
    let counters: TrafficCounters
    let logger: Logger

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var failures = 0
            while !Task.isCancelled {
                do {
                    let connection = try await self.connect()
                    let isHealthy = try await self.serve(connection)
                    failures = isHealthy ? 0 : failures + 1
                } catch is CancellationError {
                    return
                } catch {
                    failures += 1
                    self.logger.error("the proxy is not reachable", metadata: ["error": "\(error)"])
                }
                guard !Task.isCancelled else { return }
                if failures > 1 { await self.pause(failures) }
            }
        }
        // One that was started but not yet connected when the server stopped, and has nothing in flight.
        if case .shutDown = self.atStop { ProxyProcess.recorded(self.command)?.kill() }
    }

    /// The first crash is repaired at once; repeated ones wait 0.2 s, doubled up to 10 s.
    private func pause(_ failures: Int) async {
        let milliseconds = min(10_000, 100 << min(failures, 7))
        // Ended early only by the server's stop, which the caller looks for.
        try? await Task.sleep(for: .milliseconds(milliseconds))
    }

    /// Connects to the running proxy, or to a new one. A recorded one that does not answer within three seconds is ended.
    private func connect() async throws -> ProxyConnection {
        // Mostly nothing listens there yet; one that is there and cannot be spoken with is ended below.
        if let connection = try? await ProxyConnection.connect(path: self.command.socketPath) { return connection }
        if let running = ProxyProcess.recorded(self.command) {
            if let connection = try await self.connect(to: running, attempts: 60) { return connection }
            self.logger.warning("the proxy does not answer and is ended", metadata: ["pid": "\(running.id)"])
            running.kill()
        }
        let started = try ProxyProcess.start(self.command)
        started.record(self.command)
        self.logger.info("proxy started", metadata: ["pid": "\(started.id)"])
        guard let connection = try await self.connect(to: started, attempts: 200) else {
            started.kill()
            throw ProxyUnreachable(reason: "it did not open \(self.command.socketPath); see \(self.command.logPath)")
        }
        return connection
    }

    /// `nil` where the process has ended or does not answer, after so many attempts at 50 ms.
    private func connect(to process: ProxyProcess, attempts: Int) async throws -> ProxyConnection? {
        for _ in 0..<attempts {
            // It may not have opened its socket yet.
            if let connection = try? await ProxyConnection.connect(path: self.command.socketPath) { return connection }
            guard process.isRunning else { return nil }
            try await Task.sleep(for: .milliseconds(50))
        }
        return nil
    }

    /// Until the proxy is gone or the server stops.
    /// - Returns: whether it lived long enough not to count as crashing again and again.
    private func serve(_ connection: ProxyConnection) async throws -> Bool {
        let start = ContinuousClock.now
        ProxyProcess(id: connection.hello.processID)?.record(self.command)
        try await self.publisher.attach(connection)
        for await event in connection.events { self.receive(event) }
        if Task.isCancelled {
            await self.stop(connection)
            return true
        }
        await self.publisher.detach()
        self.board.proxyAway()
        self.logger.warning("the proxy is gone", metadata: ["pid": "\(connection.hello.processID)"])
        return ContinuousClock.now - start > .seconds(10)
    }

    private func receive(_ event: ProxyEvent) {
        switch event {
        case .acknowledged: return
        case .health(let reports, let complete): self.board.apply(reports, complete: complete)
        case .counters(let counters): self.counters.record(counters)
        case .drained(let drain):
            self.counters.record(drain)
            guard drain.tally.cutRequests > 0 else { return }
            self.logger.info(
                "requests were cut at the end of the deregistration delay",
                metadata: [
                    "target.group": "\(drain.group.arn)", "target": "\(drain.target.id):\(drain.target.port)",
                    "requests": "\(drain.tally.cutRequests)",
                ])
        }
    }

    private func stop(_ connection: ProxyConnection) async {
        switch self.atStop {
        case .leaveRunning: connection.close()
        case .shutDown(let grace):
            let process = ProxyProcess(id: connection.hello.processID)
            connection.shutDownProxy(grace: grace)
            // Sleeping in this cancelled task would end at once.
            await Task { await self.waitForEnd(of: process, within: grace + .seconds(2)) }.value
        }
    }

    private func waitForEnd(of process: ProxyProcess?, within limit: Duration) async {
        guard let process else { return }
        let deadline = ContinuousClock.now + limit
        while process.isRunning, ContinuousClock.now < deadline {
            // Never cancelled: nobody else holds this task.
            try? await Task.sleep(for: .milliseconds(20))
        }
        process.kill()
    }
}

private struct ProxyUnreachable: Error, CustomStringConvertible {
    let reason: String
    var description: String { "the proxy cannot be reached: \(self.reason)" }
}
