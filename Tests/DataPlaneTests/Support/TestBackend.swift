import Glibc
import ProxyFeed
import Synchronization
import TrafficRouting

/// A small HTTP server of a test: one thread a connection. Probes are answered 200 and never reach the handler.
final class TestBackend: Sendable {
    let port: UInt16
    private let listener: OwnedDescriptor
    private let connections = Mutex(0)
    private let requests = Mutex(0)

    /// What to do with one request; `false` ends the connection.
    typealias Handler = @Sendable (_ request: TestMessage, _ socket: TestSocket) -> Bool

    /// How many connections it has taken, and how many requests (probes apart) it has read.
    var connectionCount: Int { self.connections.withLock { $0 } }
    var requestCount: Int { self.requests.withLock { $0 } }

    init(_ handler: @escaping Handler) throws {
        let sockets = try ListenerSockets.bind(ListenAddress(address: IPAddress(ipv4: 0x7F00_0001), port: 0), count: 1)
        self.listener = sockets.descriptors[0]
        self.port = sockets.address.port
        let flags = fcntl(self.listener.number, F_GETFL)
        _ = fcntl(self.listener.number, F_SETFL, flags & ~O_NONBLOCK)
        try NativeThread.start("backend") { [weak self, listener] in
            while true {
                let number = accept(listener.number, nil, nil)
                guard number >= 0 else { return }
                let socket = TestSocket(number)
                // Without a thread the test fails for want of an answer.
                try? NativeThread.start("backend-conn") { [weak self] in self?.serve(socket, handler) }
            }
        }
    }

    /// Answers every request with its name, and keeps the connection.
    static func named(_ name: String) throws -> TestBackend {
        try TestBackend { _, socket in
            socket.send("HTTP/1.1 200 OK\r\nContent-Length: \(name.utf8.count)\r\n\r\n\(name)")
            return true
        }
    }

    /// Refuses connections from now on.
    func stop() { shutdown(self.listener.number, Int32(SHUT_RDWR)) }

    deinit { self.stop() }

    private func serve(_ socket: TestSocket, _ handler: Handler) {
        var reader = TestReader(socket)
        var isFirst = true
        while let request = reader.message() {
            if request["user-agent"] == "ELB-HealthChecker/2.0" {
                socket.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
            }
            if isFirst { self.connections.withLock { $0 += 1 } }
            isFirst = false
            self.requests.withLock { $0 += 1 }
            guard handler(request, socket) else { return }
        }
    }
}
