internal import Glibc
internal import ProxyFeed
internal import TrafficRouting

extension Worker {
    /// Refuses a request whose framing cannot be trusted: the connection cannot go on.
    func refuse(_ client: ClientConnection, _ status: Int) {
        client.exchange.keepsClient = false
        if client.loadBalancer == nil {
            client.loadBalancer = self.routes.listener(port: client.port, host: .empty)?.loadBalancer
        }
        self.answer(client, MadeAnswer(status: status))
    }

    /// Answers instead of a target. The connection goes on where the whole request has been received.
    func answer(_ client: ClientConnection, _ made: MadeAnswer) {
        client.exchange.group?.counters.outcomes.made(made.status)
        client.exchange.upstream?.target.outcomes.made(made.status)
        self.detach(client, reuse: false)
        if let input = client.input, !client.exchange.requestBody.isDone {
            input.sent(input.readyCount)
            _ = client.exchange.requestBody.scan(input)
            input.sent(input.readyCount)
        }
        let closes = !client.exchange.keepsClient || !client.exchange.requestBody.isDone
        let output = self.output(of: client)
        made.write(
            to: output, date: self.date, isHead: client.exchange.isHeadRequest, closes: closes,
            isHTTP10: client.exchange.isHTTP10)
        client.loadBalancer?.counters.made(made.status)
        client.deadline = self.now + self.idleMilliseconds(client)
        client.phase = .answering(closeAfter: closes)
    }

    func flushAnswer(_ client: ClientConnection, closeAfter: Bool) -> Bool {
        let sent = client.socket.drain(client.output, nil)
        client.loadBalancer?.counters.bytesSent += UInt64(sent)
        if client.socket.failed {
            self.close(client)
            return false
        }
        guard client.output?.isEmpty ?? true else { return false }
        if closeAfter, client.isOver {
            self.close(client)
            return false
        } else if closeAfter {
            self.beginLingering(client)
        } else {
            self.awaitRequest(client)
        }
        return true
    }

    /// The connection is ready for its next request, which may already have been received.
    func awaitRequest(_ client: ClientConnection) {
        self.putBack(&client.output)
        client.phase = .idle
        client.wasAnswered = true
        client.scanner = HeadScanner()
        client.deadline = self.now + self.idleMilliseconds(client)
    }

    func beginLingering(_ client: ClientConnection) {
        self.putBack(&client.output)
        self.putBack(&client.input)
        client.socket.finishSending()
        client.phase = .lingering
        client.deadline = self.now + 2000
    }

    func linger(_ client: ClientConnection) -> Bool {
        client.socket.discardInput()
        if client.socket.sawEnd || client.socket.failed { self.close(client) }
        return false
    }
}
