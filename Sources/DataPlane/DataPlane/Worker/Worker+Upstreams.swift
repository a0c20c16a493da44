internal import CLinux
internal import Glibc
internal import Logging
internal import ProxyFeed

extension Worker {
    /// For how long after its last use a pooled connection is trusted with a request that must not be sent twice: a
    /// target that closes idle connections does so after seconds, and the request and the close would cross.
    private static let trustMilliseconds: Int64 = 1000
    private static let connectMilliseconds: Int64 = 10_000
    private static let maximumIdlePerTarget = 256

    /// Lends the client's exchange a connection to `target`: a pooled one, or with `fresh` always a new one.
    func attach(_ client: ClientConnection, _ target: TargetRoute, fresh: Bool = false) {
        if !fresh, let pooled = target.idle.last,
            client.exchange.isReplayable || self.now - pooled.idleSince < Self.trustMilliseconds
        {
            target.idle.removeLast()
            self.lend(pooled, to: client)
            client.deadline = self.now + self.idleMilliseconds(client)
            return
        }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let number = socket(target.address.family, type, 0)
        guard number >= 0 else {
            self.logger.error("cannot open a socket", metadata: ["error": "\(SystemCallError("socket"))"])
            self.answer(client, MadeAnswer(status: 502))
            return
        }
        StreamSocket.setNoDelay(number)
        let result = target.address.connect(number)
        let isConnecting = result != 0 && errno == EINPROGRESS
        let upstream = UpstreamConnection(number, isConnecting: isConnecting, target: target)
        guard result == 0 || isConnecting, self.open(upstream) else {
            Glibc.close(number)
            self.connectFailed(client, target)
            return
        }
        client.exchange.group?.counters.connections += 1
        self.lend(upstream, to: client)
        client.deadline = self.now + Self.connectMilliseconds
    }

    private func lend(_ upstream: UpstreamConnection, to client: ClientConnection) {
        upstream.client = client
        upstream.target.requestBegan()
        client.exchange.upstream = upstream
    }

    /// Takes the connection back from the exchange.
    func detach(_ client: ClientConnection, reuse: Bool) {
        self.putBack(&client.exchange.head)
        self.takeBack(client, reuse: reuse)
    }

    private func takeBack(_ client: ClientConnection, reuse: Bool) {
        guard let upstream = client.exchange.upstream else { return }
        client.exchange.upstream = nil
        let target = upstream.target
        target.requestEnded(wasCut: client.exchange.wasCut)
        upstream.client = nil
        guard reuse, !target.isDraining, !self.isExiting, target.idle.count < Self.maximumIdlePerTarget else {
            self.close(upstream)
            return
        }
        self.putBack(&upstream.input)
        upstream.wasUsed = true
        upstream.idleSince = self.now
        target.idle.append(upstream)
    }

    func upstreamEvent(_ upstream: UpstreamConnection, _ events: UInt32) {
        guard let client = upstream.client else {
            // Nothing is expected on an idle connection: the target closes it, or sends what nobody asked for. The
            // edge that tells of room to write comes with every answer and means nothing.
            if upstream.socket.canRead {
                upstream.target.idle.removeAll { $0 === upstream }
                self.close(upstream)
            }
            return
        }
        if upstream.isConnecting {
            var error: Int32 = 0
            var length = socklen_t(MemoryLayout<Int32>.size)
            getsockopt(upstream.socket.number, SOL_SOCKET, SO_ERROR, &error, &length)
            if error != 0 {
                let target = upstream.target
                self.takeBack(client, reuse: false)
                self.connectFailed(client, target)
                self.advance(client)
                return
            }
            guard upstream.socket.canWrite else { return }
            upstream.isConnecting = false
            client.deadline = self.now + self.idleMilliseconds(client)
        }
        self.advance(client)
    }

    /// Nothing has been sent, so another target of the same group may be tried, once.
    private func connectFailed(_ client: ClientConnection, _ target: TargetRoute) {
        client.exchange.group?.counters.connectionErrors += 1
        target.outcomes.connectionErrors += 1
        if !client.exchange.wasRerouted, let other = client.exchange.group?.choose(avoiding: target), other !== target {
            client.exchange.wasRerouted = true
            target.outcomes.requests -= 1
            other.outcomes.requests += 1
            client.exchange.head?.rewind()
            self.attach(client, other)
            return
        }
        target.outcomes.made(502)
        self.answer(client, MadeAnswer(status: 502))
    }

    /// The connection ended before the target's head was complete. A pooled connection that dies before a byte was
    /// answered was most likely closed while idle; a request that may be repeated then goes out once more on a new one.
    func upstreamDied(_ client: ClientConnection, _ upstream: UpstreamConnection) {
        let exchange = client.exchange
        if upstream.wasUsed, exchange.isReplayable, !exchange.wasReplayed, !exchange.wasAnswered {
            let target = upstream.target
            self.takeBack(client, reuse: false)
            client.exchange.wasReplayed = true
            client.exchange.responseScanner = HeadScanner()
            client.exchange.head?.rewind()
            self.attach(client, target, fresh: true)
            return
        }
        self.answer(client, MadeAnswer(status: 502))
    }
}
