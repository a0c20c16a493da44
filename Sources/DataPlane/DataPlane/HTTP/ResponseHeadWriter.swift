/// Rewrites a target's response head for the client.
struct ResponseHeadWriter {
    let head: ResponseHead
    /// The bytes that `head` was parsed from.
    let base: UnsafePointer<UInt8>

    enum Connection {
        /// Said to HTTP/1.0 clients only; for others it goes without saying.
        case keepAlive
        case implied
        case close
        /// 101: Upgrade and Connection are passed on.
        case upgrade
    }

    /// - Parameter cookies: whole header lines of our own.
    func write(to output: Buffer, _ connection: Connection, stripsChunks: Bool, cookies: String? = nil) {
        output.append("HTTP/1.1 ")
        output.append(self.base + self.head.statusStart, self.head.statusCount)
        output.append("\r\n")
        var runStart = -1
        var runEnd = 0
        for slice in self.head.headers.slices {
            if self.keeps(slice, connection, stripsChunks) {
                if runStart < 0 { runStart = slice.nameStart }
                runEnd = RequestHeadWriter.lineEnd(self.base, slice)
            } else if runStart >= 0 {
                output.append(self.base + runStart, runEnd - runStart)
                runStart = -1
            }
        }
        if runStart >= 0 { output.append(self.base + runStart, runEnd - runStart) }
        if let cookies { output.append(cookies) }
        switch connection {
        case .keepAlive: output.append("Connection: keep-alive\r\n\r\n")
        case .implied: output.append("\r\n")
        case .close: output.append("Connection: close\r\n\r\n")
        case .upgrade: output.append("Connection: upgrade\r\n\r\n")
        }
    }

    private func keeps(_ slice: HeaderSlice, _ connection: Connection, _ stripsChunks: Bool) -> Bool {
        switch slice.header {
        case .other: return !slice.isListedInConnection
        case .transferEncoding: return !stripsChunks
        case .upgrade: if case .upgrade = connection { return true } else { return false }
        case .connection, .hopByHop: return false
        case .host, .contentLength, .expect, .forwardedFor, .forwardedProto, .forwardedPort, .traceID: return true
        }
    }
}
