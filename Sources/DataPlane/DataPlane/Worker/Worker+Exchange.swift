internal import Glibc
internal import ProxyFeed

extension Worker {
    private enum Step {
        case moved
        case blocked
        /// The exchange is over, one way or the other.
        case left
    }

    /// Moves bytes both ways until neither moves any more. Whether the connection's phase may go on.
    func pump(_ client: ClientConnection) -> Bool {
        while let upstream = client.exchange.upstream {
            if client.socket.failed {
                self.clientWentAway(client)
                return false
            }
            let request = self.pumpRequest(client, upstream)
            if request == .left { return true }
            let response = self.pumpResponse(client, upstream)
            if response == .left { return true }
            if request == .blocked, response == .blocked { return false }
            client.deadline = self.now + self.idleMilliseconds(client)
        }
        // Without a connection the phase has changed: an answer is on its way.
        if case .exchanging = client.phase { return false }
        return true
    }

    private func pumpRequest(_ client: ClientConnection, _ upstream: UpstreamConnection) -> Step {
        guard !upstream.isConnecting else { return .blocked }
        var moved = false
        if !client.exchange.requestBody.isDone {
            let input = client.input ?? self.pool.take()
            client.input = input
            if input.unreadCount == 0 {
                client.loadBalancer?.counters.bytesReceived += UInt64(client.socket.fill(input))
            }
            if client.exchange.requestBody.scan(input) > 0 { moved = true }
            if client.exchange.requestBody.hasFailed {
                self.fail(client, 400)
                return .left
            }
            if !client.exchange.requestBody.isDone, client.socket.sawEnd || client.socket.failed {
                self.countAbort(client)
                self.fail(client, 400)
                return .left
            }
        }
        let body = client.input
        guard (client.exchange.head?.readyCount ?? 0) + (body?.readyCount ?? 0) > 0 else {
            return moved ? .moved : .blocked
        }
        if upstream.socket.drain(client.exchange.head, body) > 0 { moved = true }
        // A failed send is left to the receiving side: the target may have answered before it closed.
        if upstream.socket.failed { upstream.socket.becameDeaf() }
        return moved ? .moved : .blocked
    }

    private func pumpResponse(_ client: ClientConnection, _ upstream: UpstreamConnection) -> Step {
        var moved = false
        if !client.exchange.hasResponseHead {
            switch self.readResponseHead(client, upstream) {
            case .left: return .left
            case .blocked: return .blocked
            case .moved: moved = true
            }
        }
        guard let input = upstream.input else { return .blocked }
        if input.unreadCount == 0, !client.exchange.responseBody.isDone { _ = upstream.socket.fill(input) }
        if !client.exchange.responseBody.isDone {
            if client.exchange.responseBody.scan(input, strippingChunks: client.exchange.stripsChunks) > 0 {
                moved = true
            }
            if client.exchange.responseBody.hasFailed {
                self.breakOff(client)
                return .left
            }
        }
        let sent = client.socket.drain(client.output, input)
        client.loadBalancer?.counters.bytesSent += UInt64(sent)
        if sent > 0 { moved = true }
        if client.socket.failed {
            self.clientWentAway(client)
            return .left
        }
        guard (client.output?.isEmpty ?? true) && input.readyCount == 0 else { return moved ? .moved : .blocked }
        if client.exchange.responseBody.isDone {
            self.finish(client, upstream, input)
            return .left
        }
        if upstream.socket.sawEnd || upstream.socket.failed {
            if client.exchange.responseBody.endsWithConnection, upstream.socket.sawEnd {
                self.finish(client, upstream, input)
            } else {
                self.breakOff(client)
            }
            return .left
        }
        return moved ? .moved : .blocked
    }

    /// `moved` once the head is complete and rewritten.
    private func readResponseHead(_ client: ClientConnection, _ upstream: UpstreamConnection) -> Step {
        guard !upstream.isConnecting, upstream.socket.canRead || upstream.input != nil || upstream.socket.failed else {
            return .blocked
        }
        let input = upstream.input ?? self.pool.take()
        upstream.input = input
        while true {
            let limit = HeadScanner.maximumResponseHead
            switch client.exchange.responseScanner.scan(input.unreadBytes, input.unreadCount, limit: limit) {
            case .failed:
                self.answer(client, MadeAnswer(status: 502))
                return .left
            case .complete(let count):
                client.exchange.responseScanner = HeadScanner()
                switch self.takeResponseHead(client, input, count) {
                case .moved: return .moved
                case .left: return .left
                case .blocked: continue
                }
            case .incomplete:
                if upstream.socket.fill(input) > 0 {
                    client.exchange.wasAnswered = true
                    continue
                }
                guard upstream.socket.sawEnd || upstream.socket.failed else { return .blocked }
                self.upstreamDied(client, upstream)
                return .left
            }
        }
    }

    /// `blocked` for an interim answer, after which another head comes.
    private func takeResponseHead(_ client: ClientConnection, _ input: Buffer, _ count: Int) -> Step {
        let base = UnsafePointer(input.unreadBytes)
        do {
            try self.responseHead.parse(base, count)
        } catch {
            self.answer(client, MadeAnswer(status: 502))
            return .left
        }
        let status = self.responseHead.status
        let isSwitching = status == 101
        if isSwitching, !client.exchange.wantsUpgrade {
            self.answer(client, MadeAnswer(status: 502))
            return .left
        }
        if status < 200, !isSwitching {
            // The client has had its 100 from us.
            input.discard(count)
            return .blocked
        }
        let framing = self.responseHead.framing(answeringHead: client.exchange.isHeadRequest)
        if framing == .untilClose || self.isExiting { client.exchange.keepsClient = false }
        // Some targets send the last chunk of a body that an answer to HEAD does not have: it would begin the next answer.
        let mayTrail = framing == .length(0) && self.responseHead.headers.isChunked
        client.exchange.keepsUpstream =
            self.responseHead.keepsAlive && framing != .untilClose && !mayTrail && !client.exchange.isAmbiguous
        client.exchange.responseBody = BodyScanner(framing)
        client.exchange.hasResponseHead = true
        let elapsed = Clocks.monotonic() - client.exchange.startedAt
        client.exchange.group?.counters.answered(status, after: UInt64(max(0, elapsed)) / 1000)
        if status >= 500 { client.exchange.upstream?.target.outcomes.targetErrors += 1 }
        if !client.exchange.requestBody.isDone { client.exchange.keepsClient = false }
        let connection: ResponseHeadWriter.Connection =
            if isSwitching {
                .upgrade
            } else if !client.exchange.keepsClient {
                .close
            } else {
                client.exchange.isHTTP10 ? .keepAlive : .implied
            }
        let output = self.output(of: client)
        ResponseHeadWriter(head: self.responseHead, base: base)
            .write(
                to: output, connection, stripsChunks: client.exchange.stripsChunks,
                cookies: client.exchange.stickyForward.map { self.stickyCookies(client.exchange, $0, base) })
        input.discard(count)
        guard isSwitching else { return .moved }
        client.phase = .tunnel
        return .left
    }

    private func finish(_ client: ClientConnection, _ upstream: UpstreamConnection, _ input: Buffer) {
        let wasSent =
            client.exchange.requestBody.isDone && (client.exchange.head?.readyCount ?? 0) == 0
            && (client.input?.readyCount ?? 0) == 0
        // Bytes behind the answer belong to no request.
        let isClean = wasSent && input.unreadCount == 0 && !upstream.socket.sawEnd && !upstream.socket.failed
        self.detach(client, reuse: isClean && client.exchange.keepsUpstream)
        if client.exchange.keepsClient, wasSent {
            self.awaitRequest(client)
        } else if client.isOver {
            self.close(client)
        } else {
            self.beginLingering(client)
        }
    }

    private func clientWentAway(_ client: ClientConnection) {
        self.countAbort(client)
        self.close(client)
    }

    private func countAbort(_ client: ClientConnection) {
        client.exchange.group?.counters.outcomes.clientAborts += 1
        client.exchange.upstream?.target.outcomes.clientAborts += 1
    }

    /// Ends an exchange with an answer of our own where none has begun, else by cutting the connection.
    func fail(_ client: ClientConnection, _ status: Int) {
        if client.exchange.hasResponseHead {
            self.breakOff(client)
        } else {
            client.exchange.keepsClient = false
            self.answer(client, MadeAnswer(status: status))
        }
    }

    /// Closes in the middle of an answer's body, so that the client sees that it is cut short. Where the end of the
    /// connection would be the end of the body, only a reset tells.
    private func breakOff(_ client: ClientConnection) {
        client.exchange.group?.counters.cutResponses += 1
        client.exchange.upstream?.target.outcomes.cutResponses += 1
        if client.exchange.responseBody.endsWithConnection || client.exchange.stripsChunks {
            client.socket.resetOnClose()
        }
        self.close(client)
    }
}
