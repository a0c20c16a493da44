internal import Glibc
internal import Model
internal import ProxyFeed
internal import TrafficRouting

extension Worker {
    /// Takes a connection as far as it goes now.
    func advance(_ client: ClientConnection) {
        while true {
            let goesOn =
                switch client.phase {
                case .idle: self.readRequest(client)
                case .exchanging: self.pump(client)
                case .answering(let closeAfter): self.flushAnswer(client, closeAfter: closeAfter)
                case .tunnel: self.pumpTunnel(client)
                case .lingering: self.linger(client)
                case .closed: false
                }
            guard goesOn else {
                self.settle(client)
                return
            }
        }
    }

    /// Whether there was a whole head (or one to refuse).
    private func readRequest(_ client: ClientConnection) -> Bool {
        let input = client.input ?? self.pool.take()
        client.input = input
        while true {
            self.skipEmptyLine(client, input)
            switch client.scanner.scan(input.unreadBytes, input.unreadCount, limit: HeadScanner.maximumRequestHead) {
            case .complete(let count):
                self.begin(client, input, count)
                return true
            case .failed(let error):
                self.refuse(client, error.status)
                return true
            case .incomplete: break
            }
            let wasEmpty = input.isEmpty
            if client.socket.fill(input) > 0 {
                if wasEmpty { client.deadline = self.now + self.idleMilliseconds(client) }
                continue
            }
            if client.socket.sawEnd || client.socket.failed || (self.isExiting && input.isEmpty && client.wasAnswered) {
                self.close(client)
            } else if input.isEmpty {
                self.putBack(&client.input)
            }
            return false
        }
    }

    /// Some clients send an empty line after a body (RFC 9112, 2.2).
    private func skipEmptyLine(_ client: ClientConnection, _ input: Buffer) {
        while client.scanner.isFresh, input.unreadCount >= 2, input.unreadBytes[0] == 0x0D, input.unreadBytes[1] == 0x0A
        {
            input.discard(2)
        }
    }

    func idleMilliseconds(_ client: ClientConnection) -> Int64 { client.loadBalancer?.idleMilliseconds ?? 60_000 }

    private func begin(_ client: ClientConnection, _ input: Buffer, _ count: Int) {
        client.scanner = HeadScanner()
        client.exchange = Exchange()
        client.exchange.startedAt = Clocks.monotonic()
        let base = UnsafePointer(input.unreadBytes)
        do {
            try self.requestHead.parse(base, count)
        } catch {
            self.refuse(client, error.status)
            return
        }
        let host = self.host(base)
        guard let listener = self.routes.listener(port: client.port, host: host) else {
            self.close(client)
            return
        }
        let loadBalancer = listener.loadBalancer
        self.bill(client, to: loadBalancer)
        loadBalancer.counters.requests += 1
        if !client.peer.isIPv4 { loadBalancer.counters.requestsByIPv6 += 1 }
        loadBalancer.counters.bytesReceived += UInt64(count)
        let isYoung = self.now - client.bornAt < loadBalancer.attributes.clientKeepAlive.milliseconds
        client.exchange.keepsClient = self.requestHead.keepsAlive && isYoung && !self.isExiting
        client.exchange.clientCloses = !self.requestHead.keepsAlive
        client.exchange.isHeadRequest = self.requestHead.isHead
        client.exchange.isHTTP10 = self.requestHead.isHTTP10
        client.exchange.requestBody = BodyScanner(self.requestHead.framing)
        if self.requestHead.headers.forwardedAddresses > 30 {
            self.refuse(client, 463)
            return
        }
        let mitigation = loadBalancer.attributes.desyncMitigation
        let tier = self.requestHead.desyncTier(base, count, isStrict: mitigation == .strictest)
        if tier != .compliant { loadBalancer.counters.nonCompliantRequests += 1 }
        switch mitigation.verdict(on: tier) {
        case .forward: break
        case .forwardAndClose: (client.exchange.keepsClient, client.exchange.isAmbiguous) = (false, true)
        case .refuse:
            self.refuse(client, 400)
            return
        }
        switch self.action(listener, client, base, host) {
        case .forward(let forward):
            self.forward(client, input, count, forward, listener)
        case .redirect(let redirect):
            let location = redirect.location(for: self.redirectSource(listener, base, host))
            input.discard(count)
            loadBalancer.counters.redirects += 1
            self.answer(client, MadeAnswer(status: redirect.status.rawValue, location: location))
        case .fixedResponse(let response):
            input.discard(count)
            loadBalancer.counters.fixedResponses += 1
            self.answer(client, MadeAnswer(response))
        }
    }

    /// On a shared port the first request tells whose connection this is.
    private func bill(_ client: ClientConnection, to loadBalancer: LoadBalancerRoute) {
        guard client.loadBalancer !== loadBalancer else { return }
        client.loadBalancer?.counters.activeConnections -= 1
        loadBalancer.counters.activeConnections += 1
        client.loadBalancer = loadBalancer
    }

    /// The host that the request names, without its port.
    private func host(_ base: UnsafePointer<UInt8>) -> ByteView {
        let view: ByteView
        if let authority = self.requestHead.authority {
            view = ByteView(base: base + authority.start, count: authority.count)
        } else if let index = self.requestHead.headers.hostIndex {
            let slice = self.requestHead.headers.slices[index]
            view = ByteView(base: base + slice.valueStart, count: slice.valueCount)
        } else {
            return .empty
        }
        if !view.isEmpty, view[0] == 0x5B { return view.firstIndex(of: 0x5D).map { view.slice(0..<$0 + 1) } ?? view }
        return view.firstIndex(of: 0x3A).map { view.slice(0..<$0) } ?? view
    }

    private func action(
        _ listener: ListenerRoute, _ client: ClientConnection, _ base: UnsafePointer<UInt8>, _ host: ByteView
    ) -> ActionRoute {
        if listener.matcher.isTrivial { return listener.defaultAction }
        let head = self.requestHead
        let facts = RequestFacts(
            method: ByteView(base: base, count: head.methodCount), host: host,
            path: ByteView(base: base + head.pathStart, count: head.pathCount),
            query: ByteView(base: base + head.queryStart, count: head.queryCount),
            headers: head.headers.slices.map {
                HeaderField(
                    name: ByteView(base: base + $0.nameStart, count: $0.nameCount),
                    value: ByteView(base: base + $0.valueStart, count: $0.valueCount))
            }, peer: client.peer)
        let match = listener.matcher.match(facts)
        listener.loadBalancer.counters.ruleEvaluations += UInt64(match.map { $0 + 1 } ?? listener.actions.count)
        return match.map { listener.actions[$0] } ?? listener.defaultAction
    }

    private func redirectSource(
        _ listener: ListenerRoute, _ base: UnsafePointer<UInt8>, _ host: ByteView
    ) -> RedirectSource {
        let head = self.requestHead
        return RedirectSource(
            protocol: "http",
            host: host.isEmpty ? String(decoding: listener.loadBalancer.dnsName, as: UTF8.self) : host.text,
            port: listener.boundPort, path: ByteView(base: base + head.pathStart, count: head.pathCount).text,
            query: ByteView(base: base + head.queryStart, count: head.queryCount).text)
    }

    private func forward(
        _ client: ClientConnection, _ input: Buffer, _ count: Int, _ forward: ForwardRoute, _ listener: ListenerRoute
    ) {
        // Never the sibling group: a group that was chosen and has no target is a 503 (elbv2, weighted target groups).
        let choice = self.choose(forward, UnsafePointer(input.unreadBytes))
        client.exchange.group = choice?.group
        guard let group = choice?.group, let target = choice?.target else {
            input.discard(count)
            self.answer(client, MadeAnswer(status: 503))
            return
        }
        let head = self.pool.take()
        let writer = RequestHeadWriter(
            head: self.requestHead, base: UnsafePointer(input.unreadBytes),
            attributes: listener.loadBalancer.attributes,
            peer: client.peer, peerPort: client.peerPort)
        let trace = TraceID(
            epochSeconds: UInt64(self.wallNow.milliseconds / 1000), high: self.random.next(), low: self.random.next())
        writer.write(
            to: head, defaultHost: listener.loadBalancer.dnsName, listenerPort: listener.portText, traceID: trace)
        input.discard(count)
        client.exchange.head = head
        // Idle memory is shared, and what was used last is still in the cache.
        if input.isEmpty, client.exchange.requestBody.isDone { self.putBack(&client.input) }
        if forward.action.stickiness != nil || group.stickiness != nil { client.exchange.stickyForward = forward }
        client.exchange.wantsUpgrade = self.requestHead.wantsUpgrade
        client.exchange.isReplayable = self.requestHead.isIdempotent && client.exchange.requestBody.isDone
        if self.requestHead.headers.expectsContinue, !client.exchange.requestBody.isDone, input.unreadCount == 0 {
            let output = self.output(of: client)
            output.append("HTTP/1.1 100 Continue\r\n\r\n")
            _ = client.socket.drain(output, nil)
        }
        group.counters.requests += 1
        target.outcomes.requests += 1
        if group.failsOpen { group.counters.failOpenRequests += 1 }
        client.phase = .exchanging
        self.attach(client, target)
    }

    func output(of client: ClientConnection) -> Buffer {
        let output = client.output ?? self.pool.take()
        client.output = output
        return output
    }
}
