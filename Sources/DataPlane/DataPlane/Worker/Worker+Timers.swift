internal import TrafficRouting

extension Worker {
    /// Ends waits whose time is up. Ten times a second over all connections: no timer is kept per request.
    func sweep() {
        for client in self.clients {
            self.settle(client, patiently: false)
            if let drain = client.exchange.upstream?.target.drain, drain.timePassed(to: self.wallNow) == .cutRequests {
                self.cut(client)
            } else if self.now >= client.deadline {
                self.timedOut(client)
            }
        }
        for group in self.routes.groups.values {
            group.easeIn(at: self.wallNow)
            for target in group.targets { self.closeStale(target) }
        }
    }

    /// The deregistration delay is over: what still runs is cut (elbv2 guide, deregistration delay).
    private func cut(_ client: ClientConnection) {
        client.exchange.wasCut = true
        switch client.phase {
        case .exchanging:
            self.fail(client, 502)
            self.advance(client)
        case .tunnel: self.close(client)
        case .idle, .answering, .lingering, .closed: break
        }
    }

    private func timedOut(_ client: ClientConnection) {
        switch client.phase {
        case .idle:
            guard let input = client.input, !input.isEmpty else {
                self.close(client)
                return
            }
            self.refuse(client, 408)
            self.advance(client)
        case .exchanging:
            self.fail(client, self.waitsForClient(client) ? 408 : 504)
            self.advance(client)
        case .answering, .tunnel, .lingering: self.close(client)
        case .closed: break
        }
    }

    /// Everything received has been passed on, and the body is not at its end.
    private func waitsForClient(_ client: ClientConnection) -> Bool {
        !client.exchange.requestBody.isDone && (client.input?.isEmpty ?? true)
            && !(client.exchange.upstream?.isConnecting ?? false)
    }

    private func closeStale(_ target: TargetRoute) {
        // The oldest are first.
        while let oldest = target.idle.first, self.now - oldest.idleSince > 60_000 {
            target.idle.removeFirst()
            self.close(oldest)
        }
    }
}
