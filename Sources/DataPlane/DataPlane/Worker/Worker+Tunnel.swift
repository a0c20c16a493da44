extension Worker {
    /// After 101 the connection is two byte pipes. An end that is read on one side is passed on to the other; both
    /// read, or any failure, closes all.
    func pumpTunnel(_ client: ClientConnection) -> Bool {
        guard let upstream = client.exchange.upstream else {
            self.close(client)
            return false
        }
        let up = client.input ?? self.pool.take()
        let down = upstream.input ?? self.pool.take()
        (client.input, upstream.input) = (up, down)
        var moved = true
        while moved {
            moved = false
            if client.socket.fill(up) > 0 { moved = true }
            if upstream.socket.fill(down) > 0 { moved = true }
            up.accept(up.unreadCount)
            down.accept(down.unreadCount)
            if upstream.socket.drain(client.exchange.head, up) > 0 { moved = true }
            if client.socket.drain(client.output, down) > 0 { moved = true }
            if moved { client.deadline = self.now + self.idleMilliseconds(client) }
        }
        let upDone = client.socket.sawEnd && up.isEmpty
        let downDone = upstream.socket.sawEnd && down.isEmpty
        if client.socket.failed || upstream.socket.failed || (upDone && downDone) {
            self.close(client)
        } else {
            if upDone { upstream.socket.finishSending() }
            if downDone { client.socket.finishSending() }
        }
        return false
    }
}
