import Testing
import TrafficRouting

@Suite struct DesyncTests {
    private static let ambiguous = [
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx",
        "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent_Length: 5\r\nContent-Length: 1\r\n\r\nx",
        "POST / HTTP/1.1\r\nHost: a\r\n_transfer_encoding: chunked\r\nContent-Length: 1\r\n\r\nx",
    ]
    private static let acceptable = [
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX-Name: é\r\n\r\n",
    ]
    private static let compliant = [
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Language: de\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nX-Content-Length: 5\r\n\r\nx",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nTransfer-Encodings: x\r\n\r\n",
    ]

    private struct Outcome: Equatable {
        var status: Int?
        var keepsClient: Bool
        var keepsTarget: Bool
    }

    /// What happens to the request and to the connections that carried it.
    private func send(_ request: String, _ mode: LoadBalancerAttributes.DesyncMitigation) async throws -> Outcome {
        let proxy = try await ProxyFixture()
        let backend = try TestBackend.named("blue")
        try await proxy.publish(to: backend, attributes: LoadBalancerAttributes(desyncMitigation: mode))
        // Leaves a pooled connection to the target.
        _ = try proxy.get()
        let socket = try proxy.connect()
        socket.send(request)
        var reader = TestReader(socket)
        let answer = reader.message()
        let closes = answer?["connection"] == "close"
        _ = try proxy.get()
        return Outcome(status: answer?.status, keepsClient: !closes, keepsTarget: backend.connectionCount == 1)
    }

    @Test(arguments: Self.ambiguous)
    func ambiguousRequestsTakeTheirConnectionsWithThemUnlessOnlyMonitored(request: String) async throws {
        #expect(
            try await self.send(request, .defensive) == Outcome(status: 200, keepsClient: false, keepsTarget: false))
        #expect(try await self.send(request, .monitor) == Outcome(status: 200, keepsClient: true, keepsTarget: true))
        #expect(try await self.send(request, .strictest) == Outcome(status: 400, keepsClient: false, keepsTarget: true))
    }

    @Test(arguments: Self.acceptable)
    func acceptableRequestsAreRefusedOnlyInTheStrictestMode(request: String) async throws {
        let kept = Outcome(status: 200, keepsClient: true, keepsTarget: true)
        #expect(try await self.send(request, .defensive) == kept)
        #expect(try await self.send(request, .strictest) == Outcome(status: 400, keepsClient: false, keepsTarget: true))
    }

    @Test(arguments: Self.compliant)
    func compliantRequestsPassInEveryMode(request: String) async throws {
        let kept = Outcome(status: 200, keepsClient: true, keepsTarget: true)
        #expect(try await self.send(request, .strictest) == kept)
    }
}
