import Model
import ProxyFeed
import Synchronization
import Testing
import TrafficRouting

@Suite struct ForwardingTests {
    @Test func forwardsARequestAndItsAnswer() async throws {
        let proxy = try await ProxyFixture()
        let backend = try TestBackend.named("blue")
        try await proxy.publish(to: backend)
        let answer = try proxy.get()
        #expect(answer?.status == 200)
        #expect(answer?.text == "blue")
    }

    @Test func addsForwardedHeadersAndRemovesHopByHopOnes() async throws {
        let proxy = try await ProxyFixture()
        let seen = Mutex<TestMessage?>(nil)
        let backend = try TestBackend { request, socket in
            seen.withLock { $0 = request }
            socket.send(
                "HTTP/1.1 204 No Content\r\nKeep-Alive: timeout=5\r\nX-Hop: 1\r\nConnection: X-Hop\r\nX-Kept: 1\r\n\r\n"
            )
            return true
        }
        try await proxy.publish(to: backend)
        let answer = try proxy.request(
            "GET /a?b=c HTTP/1.1\r\nHost: EXAMPLE.com:8080\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n"
                + "TE: trailers\r\nX-Secret: 1\r\nConnection: close, X-Secret\r\nX-Amzn-Trace-Id: Root=1-2-3;Self=9;K=V\r\nCookie: a=b\r\n\r\n"
        )
        let request = try #require(seen.withLock { $0 })
        #expect(request.startLine == "GET /a?b=c HTTP/1.1")
        #expect(request["host"] == "example.com:8080")
        #expect(request["x-forwarded-for"] == "192.0.2.1, 127.0.0.1")
        #expect(request["x-forwarded-proto"] == "http")
        #expect(request["x-forwarded-port"] == "\(proxy.port)")
        #expect(request["te"] == nil)
        #expect(request["x-secret"] == nil)
        #expect(request["connection"] == nil)
        #expect(request["cookie"] == "a=b")
        let trace = try #require(request["x-amzn-trace-id"])
        #expect(trace.hasPrefix("Self=1-"))
        #expect(trace.hasSuffix(";Root=1-2-3;K=V"))
        #expect(answer?.status == 204)
        #expect(answer?["x-hop"] == nil)
        #expect(answer?["keep-alive"] == nil)
        #expect(answer?["x-kept"] == "1")
    }

    @Test func answersPipelinedRequestsInOrder() async throws {
        let proxy = try await ProxyFixture()
        let backend = try TestBackend { request, socket in
            let path = String(request.startLine.split(separator: " ")[1])
            socket.send("HTTP/1.1 200 OK\r\nContent-Length: \(path.utf8.count)\r\n\r\n\(path)")
            return true
        }
        try await proxy.publish(to: backend)
        let socket = try proxy.connect()
        socket.send((0..<200).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
        var reader = TestReader(socket)
        for number in 0..<200 { #expect(reader.message()?.text == "/\(number)") }
        #expect(backend.connectionCount == 1)
    }

    @Test func streamsLargeBodiesBothWays() async throws {
        let proxy = try await ProxyFixture()
        let backend = try TestBackend { request, socket in
            socket.send("HTTP/1.1 200 OK\r\nContent-Length: \(request.body.count)\r\n\r\n")
            socket.send(request.body)
            return true
        }
        try await proxy.publish(to: backend)
        let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let socket = try proxy.connect()
        for _ in 0..<2 {
            socket.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.count)\r\n\r\n")
            socket.send(body)
            var reader = TestReader(socket)
            #expect(reader.message()?.body == body)
        }
    }

    @Test func passesChunksThroughAndKeepsBothConnections() async throws {
        let proxy = try await ProxyFixture()
        let backend = try TestBackend { request, socket in
            #expect(request.text == "hello world")
            socket.send(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n6\r\n world\r\n0\r\n\r\n")
            return true
        }
        try await proxy.publish(to: backend)
        let socket = try proxy.connect()
        var reader = TestReader(socket)
        for _ in 0..<3 {
            socket.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
            socket.send("6\r\n world\r\n0\r\n\r\n")
            #expect(reader.message()?.text == "hello world")
        }
        #expect(backend.connectionCount == 1)
    }

    @Test func stripsChunksForHTTP10() async throws {
        let proxy = try await ProxyFixture()
        let backend = try TestBackend { _, socket in
            socket.send(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\nT: 1\r\n\r\n")
            return true
        }
        try await proxy.publish(to: backend)
        let answer = try proxy.request("GET / HTTP/1.0\r\n\r\n")
        #expect(answer?["transfer-encoding"] == nil)
        #expect(answer?.text == "hello world")
    }

    @Test func deliversEverythingToASlowReader() async throws {
        let proxy = try await ProxyFixture()
        let size = 8_000_000
        let backend = try TestBackend { _, socket in
            socket.send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
            socket.send([UInt8](repeating: 7, count: size))
            return true
        }
        try await proxy.publish(to: backend)
        let socket = try TestSocket.connect(to: proxy.port, receiveBuffer: 4096)
        socket.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        var received = 0
        var reader = TestReader(socket)
        _ = reader.head()
        received += reader.buffered.count
        while received < size {
            let bytes = socket.receive(10_000)
            guard !bytes.isEmpty else { break }
            received += bytes.count
        }
        #expect(received == size)
    }

    @Test func answersAClientThatHasHalfClosed() async throws {
        let proxy = try await ProxyFixture()
        let backend = try TestBackend.named("blue")
        try await proxy.publish(to: backend)
        let socket = try proxy.connect()
        socket.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        socket.finishSending()
        var reader = TestReader(socket)
        #expect(reader.message()?.text == "blue")
        #expect(reader.message() == nil)
    }

    @Test func upgradesToABytePipe() async throws {
        let proxy = try await ProxyFixture()
        let backend = try TestBackend { request, socket in
            #expect(request["upgrade"] == "websocket")
            socket.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhi")
            while true {
                let bytes = socket.receive()
                guard !bytes.isEmpty else { return false }
                socket.send(bytes.map { $0 ^ 0x20 })
            }
        }
        try await proxy.publish(to: backend)
        let socket = try proxy.connect()
        socket.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        var reader = TestReader(socket)
        let answer = reader.head()
        #expect(answer?.status == 101)
        #expect(answer?["upgrade"] == "websocket")
        #expect(reader.bytes(2) == Array("hi".utf8))
        socket.send("abc")
        #expect(reader.bytes(3) == Array("ABC".utf8))
    }

    @Test func saysContinueToAClientThatWaits() async throws {
        let proxy = try await ProxyFixture()
        let backend = try TestBackend { request, socket in
            #expect(request["expect"] == nil)
            socket.send("HTTP/1.1 200 OK\r\nContent-Length: \(request.body.count)\r\n\r\n\(request.text)")
            return true
        }
        try await proxy.publish(to: backend)
        let socket = try proxy.connect()
        var reader = TestReader(socket)
        socket.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
        #expect(reader.head()?.status == 100)
        socket.send("body")
        #expect(reader.message()?.text == "body")
    }

    @Test func answersHeadWithoutABody() async throws {
        let proxy = try await ProxyFixture()
        let backend = try TestBackend { _, socket in
            socket.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            return true
        }
        try await proxy.publish(to: backend)
        let socket = try proxy.connect()
        var reader = TestReader(socket)
        for _ in 0..<3 {
            socket.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(reader.message(hasBody: false)?["content-length"] == "1000")
        }
        #expect(backend.connectionCount == 1)
    }

    @Test func serves512ConnectionsAtOnce() async throws {
        let proxy = try await ProxyFixture(workers: 2)
        let backend = try TestBackend.named("blue")
        try await proxy.publish(to: backend)
        let sockets = try (0..<512).map { _ in try proxy.connect() }
        for _ in 0..<3 {
            for socket in sockets { socket.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n") }
            for socket in sockets {
                var reader = TestReader(socket)
                #expect(reader.message()?.text == "blue")
            }
        }
    }
}
