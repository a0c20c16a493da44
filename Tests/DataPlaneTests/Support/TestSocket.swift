import Glibc
import ProxyFeed
import TrafficRouting

/// A blocking TCP socket of a test, with a receive time-out so that a test that goes wrong ends.
final class TestSocket: Sendable {
    let descriptor: OwnedDescriptor

    init(_ number: Int32) {
        self.descriptor = OwnedDescriptor(number)
        var time = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var one: Int32 = 1
        setsockopt(number, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    static func connect(to port: UInt16, receiveBuffer: Int32? = nil) throws -> TestSocket {
        let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let result = TestSocket(number)
        if var size = receiveBuffer {
            setsockopt(number, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        let address = SocketAddress(IPAddress(ipv4: 0x7F00_0001), port: port)
        guard address.connect(number) == 0 else { throw SystemCallError("connect") }
        return result
    }

    static func connect(toFile path: String) throws -> TestSocket {
        let result = TestSocket(socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(result.descriptor.number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard connected == 0 else { throw SystemCallError("connect") }
        return result
    }

    func send(_ text: String) { self.send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(self.descriptor.number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    /// Empty at the end, and on a time-out or reset.
    func receive(_ limit: Int = 65536) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = recv(self.descriptor.number, &buffer, limit, 0)
        return count > 0 ? Array(buffer.prefix(count)) : []
    }

    /// Receives until nothing more comes: whether that was a reset.
    func endsWithReset() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4096)
        var count = 0
        repeat { count = recv(self.descriptor.number, &buffer, buffer.count, 0) } while count > 0
        return count < 0 && errno == ECONNRESET
    }

    /// Receives until nothing more comes: whether the other end closed, in order or with a reset, before the time-out.
    func isClosedByPeer() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4096)
        var count = 0
        repeat { count = recv(self.descriptor.number, &buffer, buffer.count, 0) } while count > 0
        return count == 0 || errno == ECONNRESET
    }

    func finishSending() { shutdown(self.descriptor.number, Int32(SHUT_WR)) }

    func close() { shutdown(self.descriptor.number, Int32(SHUT_RDWR)) }

    /// Closing sends a reset.
    func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(self.descriptor.number, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }
}

/// A message as a test reads it.
struct TestMessage: Equatable {
    var startLine = ""
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []

    var status: Int { self.startLine.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0 }
    var text: String { String(decoding: self.body, as: UTF8.self) }

    subscript(name: String) -> String? { self.headers.first { $0.name == name.lowercased() }?.value }

    static func == (left: TestMessage, right: TestMessage) -> Bool {
        left.startLine == right.startLine && left.body == right.body
    }
}

/// Reads HTTP/1.1 messages one after another; knows less than the proxy, on purpose.
struct TestReader {
    let socket: TestSocket
    private(set) var buffered: [UInt8] = []

    init(_ socket: TestSocket) { self.socket = socket }

    private mutating func more() -> Bool {
        let bytes = self.socket.receive()
        self.buffered += bytes
        return !bytes.isEmpty
    }

    mutating func line() -> String? {
        while true {
            if let end = self.buffered.firstIndex(of: 0x0A) {
                let line = self.buffered[..<end].dropLast()
                self.buffered.removeFirst(end + 1)
                return String(decoding: line, as: UTF8.self)
            }
            guard self.more() else { return nil }
        }
    }

    mutating func bytes(_ count: Int) -> [UInt8]? {
        while self.buffered.count < count { guard self.more() else { return nil } }
        defer { self.buffered.removeFirst(count) }
        return Array(self.buffered.prefix(count))
    }

    mutating func head() -> TestMessage? {
        guard let start = self.line() else { return nil }
        var message = TestMessage(startLine: start)
        while let line = self.line() {
            if line.isEmpty { return message }
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            let value = line[colon...].dropFirst().drop { $0 == " " }
            message.headers.append((line[..<colon].lowercased(), String(value)))
        }
        return nil
    }

    /// `nil` where the connection ended first. `hasBody: false` for answers to HEAD.
    mutating func message(hasBody: Bool = true) -> TestMessage? {
        guard var message = self.head() else { return nil }
        guard hasBody else { return message }
        if message["transfer-encoding"] == "chunked" {
            while let line = self.line() {
                guard let size = Int(line.prefix { $0 != ";" }, radix: 16) else { return nil }
                guard let chunk = self.bytes(size), self.line() == "" else { return nil }
                message.body += chunk
                if size == 0 { return message }
            }
            return nil
        }
        if let length = message["content-length"].flatMap({ Int($0) }) {
            guard let body = self.bytes(length) else { return nil }
            message.body = body
        } else if message.startLine.hasPrefix("HTTP/"), message.status != 101, message.status != 304,
            message.status != 204
        {
            while self.more() {}
            message.body = self.buffered
            self.buffered = []
        }
        return message
    }
}
