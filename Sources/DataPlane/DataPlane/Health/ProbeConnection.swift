internal import CLinux
internal import Glibc
internal import Model
internal import ProxyFeed
internal import TrafficRouting

/// One health check on a connection of its own: `GET path`, and the status line of the answer
/// (Application Load Balancers guide, health checks).
struct ProbeConnection {
    let probe: ProbeSchedule.Probe
    let deadline: Timestamp
    let descriptor: OwnedDescriptor
    private var isConnected = false
    private var received: [UInt8] = []

    enum Progress {
        case waiting
        case ended(ProbeSchedule.Outcome)
    }

    /// `nil` where the connection failed at once.
    init?(_ probe: ProbeSchedule.Probe, at now: Timestamp) {
        guard let address = IPAddress(probe.address) else { return nil }
        let target = SocketAddress(address, port: probe.port)
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let number = socket(target.family, type, 0)
        guard number >= 0 else { return nil }
        self.descriptor = OwnedDescriptor(number)
        let result = target.connect(number)
        guard result == 0 || errno == EINPROGRESS else { return nil }
        self.probe = probe
        self.deadline = now + probe.timeout
    }

    /// What to wait for in `poll`.
    var events: Int16 { Int16(self.isConnected ? POLLIN : POLLOUT) }

    mutating func ready() -> Progress {
        if !self.isConnected { return self.sendRequest() }
        var buffer = [UInt8](repeating: 0, count: 512)
        let count = recv(self.descriptor.number, &buffer, buffer.count, 0)
        if count < 0 { return errno == EAGAIN || errno == EINTR ? .waiting : .ended(.failed(.connectionFailed)) }
        self.received += buffer.prefix(count)
        if let code = self.statusCode { return .ended(.code(code)) }
        return count == 0 || self.received.count >= 32 ? .ended(.failed(.connectionFailed)) : .waiting
    }

    private mutating func sendRequest() -> Progress {
        var error: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(self.descriptor.number, SOL_SOCKET, SO_ERROR, &error, &length)
        guard error == 0 else { return .ended(.failed(.connectionFailed)) }
        let host = self.probe.address.contains(":") ? "[\(self.probe.address)]" : self.probe.address
        let request = Array(
            """
            GET \(self.probe.path) HTTP/1.1\r\nHost: \(host):\(self.probe.port)\r\nConnection: close\r\n\
            User-Agent: ELB-HealthChecker/2.0\r\nAccept-Encoding: gzip, compressed\r\n\r\n
            """.utf8)
        // The path has at most 1024 characters: an empty send buffer takes it in one piece.
        guard send(self.descriptor.number, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            return .ended(.failed(.connectionFailed))
        }
        self.isConnected = true
        return .waiting
    }

    private var statusCode: Int? {
        guard self.received.count >= 13, self.received.starts(with: Array("HTTP/1.".utf8)) else { return nil }
        let code = self.received[9..<12]
        guard self.received[8] == 0x20, code.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return code.reduce(0) { $0 * 10 + Int($1) - 0x30 }
    }
}
