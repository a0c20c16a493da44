import ProxyFeed
import Testing
import TrafficRouting

@Suite struct RefusalTests {
    @Test(arguments: [
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: \r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n folded\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\nX: 1\r\n\r\n", "GET / HTTP/1.1\nHost: a\n\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: a\u{0}b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n: empty\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "GE(T / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /#x HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET a HTTP/1.1\r\nHost: a\r\n\r\n", "GET / http/1.1\r\nHost: a\r\n\r\n", "hello\r\n\r\n",
        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "GET / HTTP/1.1\rXHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: 12345678\u{7f}12345678\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: 12345678\u{1}\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n",
        "GET http://a@b/ HTTP/1.1\r\nHost: a\r\n\r\n",
    ])
    func malformedHeadsAre400AndCloseTheConnection(request: String) async throws {
        let proxy = try await ProxyFixture()
        let backend = try TestBackend.named("blue")
        try await proxy.publish(to: backend)
        let socket = try proxy.connect()
        socket.send(request)
        var reader = TestReader(socket)
        let answer = reader.message()
        #expect(answer?.status == 400)
        #expect(answer?["server"] == "awselb/2.0")
        #expect(answer?["connection"] == "close")
        #expect(reader.message() == nil)
        #expect(backend.requestCount == 0)
    }

    @Test(arguments: [
        ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505), ("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 405),
        ("CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n", 405),
        ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", 501),
        ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \u{b}chunked\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501),
        ("GET /\(String(repeating: "a", count: 17000)) HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: 17000))\r\n\r\n", 400),
        (
            "GET / HTTP/1.1\r\nHost: a\r\n\(String(repeating: "X: \(String(repeating: "a", count: 1000))\r\n", count: 90))\r\n",
            400
        ),
        (
            "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: \(Array(repeating: "1.1.1.1", count: 31).joined(separator: ","))\r\n\r\n",
            463
        ),
    ])
    func limitsHaveTheirOwnStatus(request: String, status: Int) async throws {
        let proxy = try await ProxyFixture()
        try await proxy.publish(to: try TestBackend.named("blue"))
        #expect(try proxy.request(request)?.status == status)
    }

    @Test(arguments: [
        "g\r\n", "\r\n", "-1\r\n", "5\r\nhelloX", "5\nhello\r\n", "0x5\r\nhello\r\n", "fffffffffffffffff\r\n",
    ])
    func badChunksNeverReachTheTargetAsABody(chunks: String) async throws {
        let proxy = try await ProxyFixture()
        let backend = try TestBackend.named("blue")
        try await proxy.publish(to: backend)
        let answer = try proxy.request("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(chunks)")
        #expect(answer?.status == 400)
        #expect(backend.requestCount == 0)
    }

    @Test func acceptsAHeadThatComesByteByByte() async throws {
        let proxy = try await ProxyFixture()
        let backend = try TestBackend.named("blue")
        try await proxy.publish(to: backend)
        let socket = try proxy.connect()
        for byte in "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8 { socket.send([byte]) }
        var reader = TestReader(socket)
        #expect(reader.message()?.text == "blue")
        #expect(backend.requestCount == 1)
    }
}

@Suite struct MadeAnswerTests {
    @Test func anEmptyGroupIs503WithAWSsPage() async throws {
        let proxy = try await ProxyFixture()
        try await proxy.publish(.forward(["a": 1]), groups: [.of("a", [])])
        let answer = try proxy.get()
        #expect(answer?.startLine == "HTTP/1.1 503 Service Temporarily Unavailable")
        #expect(answer?["content-type"] == "text/html")
        #expect(answer?.body.count == 162)
    }

    @Test func allWeightsZeroIs503() async throws {
        let proxy = try await ProxyFixture()
        let backend = try TestBackend.named("blue")
        try await proxy.publish(.forward(["a": 0]), groups: [.of("a", [backend.port])])
        #expect(try proxy.get()?.status == 503)
    }

    @Test func redirectsAndFixedResponsesFollowRulesAndKeepTheConnection() async throws {
        let proxy = try await ProxyFixture()
        let rules = [
            Rule(
                id: RuleID("2"), priority: 2, conditions: [.pathPattern(["/old*"])],
                action: .redirect(.init(status: .movedPermanently, path: "/new"))),
            Rule(
                id: RuleID("1"), priority: 1, conditions: [.pathPattern(["/fixed"])],
                action: .fixedResponse(.init(status: 418, contentType: "text/css", body: "tea"))),
        ]
        try await proxy.publish(.fixedResponse(.init(status: 404)), rules: rules)
        let socket = try proxy.connect()
        var reader = TestReader(socket)
        socket.send("GET /old?q=1 HTTP/1.1\r\nHost: Example.com:1\r\n\r\n")
        let redirect = reader.message()
        #expect(redirect?.startLine == "HTTP/1.1 301 Moved Permanently")
        #expect(redirect?["location"] == "http://Example.com:\(proxy.port)/new?q=1")
        #expect(redirect?.body.count == 134)
        socket.send("POST /fixed HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi")
        let fixed = reader.message()
        #expect(fixed?.status == 418)
        #expect(fixed?["content-type"] == "text/css")
        #expect(fixed?.text == "tea")
        socket.send("GET /other HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(reader.message()?.status == 404)
    }

    @Test func theHostHeaderDecidesOnASharedPort() async throws {
        let proxy = try await ProxyFixture()
        let old = proxy.loadBalancer(.fixedResponse(.init(status: 200, body: "old")), name: "old")
        let new = proxy.loadBalancer(.fixedResponse(.init(status: 200, body: "new")), name: "new")
        try await proxy.publish([old, new], [])
        #expect(
            try proxy.request("GET / HTTP/1.1\r\nHost: NEW.elb.localhost:80\r\nConnection: close\r\n\r\n")?.text
                == "new")
        #expect(try proxy.request("GET / HTTP/1.1\r\nHost: what\r\nConnection: close\r\n\r\n")?.text == "old")
    }
}
