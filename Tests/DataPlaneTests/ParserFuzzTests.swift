import Glibc
import Model
import Testing
import TrafficRouting

@testable import DataPlane

@Suite struct ParserFuzzTests {
    private static let heads = [
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /p?q=1 HTTP/1.1\r\nHost: Example.com:80\r\nContent-Length: 5\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n",
        "PUT http://b.example/x HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 10.0.0.1, 10.0.0.2\r\nContent-Length: 12\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\nX-Amzn-Trace-Id: Root=1-2-3;Self=4\r\nCookie: a=b; c=d\r\n\r\n",
        "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", "GET / HTTP/1.0\r\n\r\n",
    ].map { Array($0.utf8) }

    private static let chunks = [
        "5\r\nhello\r\n0\r\n\r\n", "5;name=value\r\nhello\r\na\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n", "00\r\n\r\n",
        "1F\r\n0123456789012345678901234567890\r\n0\r\n\r\nGET / HTTP/1.1\r\n",
    ].map { Array($0.utf8) }

    private static func scan(_ scanner: inout HeadScanner, _ bytes: [UInt8]) -> HeadScanner.Outcome {
        bytes.withUnsafeBufferPointer { bytes in
            bytes.baseAddress.map { scanner.scan($0, bytes.count, limit: HeadScanner.maximumRequestHead) }
                ?? .incomplete
        }
    }

    @Test func aHeadEndsAtTheSamePlaceHoweverItArrives() {
        for seed in 0..<UInt64(20_000) {
            var random = SeededRandom(seed: seed)
            let bytes = random.mutated(Self.heads.randomElement(using: &random) ?? [])
            var whole = HeadScanner()
            let expected = Self.scan(&whole, bytes)
            var split = HeadScanner()
            var (received, outcome): ([UInt8], HeadScanner.Outcome) = ([], .incomplete)
            for piece in random.pieces(bytes) where outcome == .incomplete {
                received += piece
                outcome = Self.scan(&split, received)
            }
            #expect(outcome == expected, "seed \(seed)")
        }
    }

    @Test func whatGoesToATargetIsOneRequestWithTheSameFraming() {
        var accepted = 0
        for seed in 0..<UInt64(20_000) {
            var random = SeededRandom(seed: seed)
            let bytes = random.mutated(Self.heads.randomElement(using: &random) ?? [])
            var scanner = HeadScanner()
            guard case .complete(let count) = Self.scan(&scanner, bytes) else { continue }
            guard let (framing, sent) = Self.rewritten(Array(bytes.prefix(count))) else { continue }
            accepted += 1
            var again = HeadScanner()
            #expect(Self.scan(&again, sent) == .complete(sent.count), "seed \(seed)")
            #expect(Self.rewritten(sent)?.framing == framing, "seed \(seed)")
        }
        #expect(accepted > 2000)
    }

    /// `nil` for a head that is refused.
    private static func rewritten(_ head: [UInt8]) -> (framing: BodyFraming, sent: [UInt8])? {
        head.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return nil }
            var parsed = RequestHead()
            do throws(HeadError) {
                try parsed.parse(base, bytes.count)
            } catch {
                return nil
            }
            let output = Buffer()
            RequestHeadWriter(
                head: parsed, base: base, attributes: LoadBalancerAttributes(), peer: IPAddress(ipv4: 0x7F00_0001),
                peerPort: 1
            ).write(
                to: output, defaultHost: Array("lb".utf8), listenerPort: Array("80".utf8),
                traceID: TraceID(epochSeconds: 1, high: 2, low: 3))
            return (parsed.framing, Array(UnsafeBufferPointer(start: output.readyBytes, count: output.readyCount)))
        }
    }

    @Test(arguments: [false, true])
    func aChunkedBodyEndsAtTheSamePlaceHoweverItArrives(isStripped: Bool) {
        for seed in 0..<UInt64(20_000) {
            var random = SeededRandom(seed: seed)
            let bytes = random.mutated(Self.chunks.randomElement(using: &random) ?? [])
            let expected = Self.passed([bytes], isStripped)
            let actual = Self.passed(random.pieces(bytes), isStripped)
            #expect(actual == expected, "seed \(seed)")
        }
    }

    private struct Passed: Equatable {
        var sent: [UInt8] = []
        var isDone = false
        var hasFailed = false
        var unread = 0
    }

    private static func passed(_ pieces: [[UInt8]], _ isStripped: Bool) -> Passed {
        let buffer = Buffer()
        var scanner = BodyScanner(.chunked)
        var passed = Passed()
        for piece in pieces {
            memcpy(buffer.freeBytes, piece, piece.count)
            buffer.received(piece.count)
            _ = scanner.scan(buffer, strippingChunks: isStripped)
            passed.sent += UnsafeBufferPointer(start: buffer.readyBytes, count: buffer.readyCount)
            buffer.sent(buffer.readyCount)
        }
        (passed.isDone, passed.hasFailed, passed.unread) = (scanner.isDone, scanner.hasFailed, buffer.unreadCount)
        return passed
    }

    @Test func requestsAndAnswersStayInStepBehindABrokenOne() async throws {
        let proxy = try await ProxyFixture()
        let backend = try TestBackend.named("blue")
        try await proxy.publish(to: backend)
        var answered = 0
        for seed in 0..<UInt64(300) {
            var random = SeededRandom(seed: seed)
            let good = Array("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody".utf8)
            let socket = try proxy.connect()
            for piece in random.pieces(good + random.mutated(good) + good) { socket.send(piece) }
            socket.finishSending()
            var reader = TestReader(socket)
            while let answer = reader.message() {
                #expect([200, 400, 405, 414, 463, 501, 505].contains(answer.status), "seed \(seed)")
                if answer.status == 200 { answered += 1 }
            }
        }
        #expect(answered >= 300)
        #expect(backend.requestCount == answered)
    }
}

@Suite struct RouteTableTests {
    private func snapshot(_ generation: UInt64, _ rule: KeyValuePairs<String, Int>, groups: [String]) -> RoutingSnapshot
    {
        let listener = Listener(
            id: ListenerID("l"), port: 80, rules: [], defaultRule: .default(id: RuleID("d"), action: .forward(rule)))
        return RoutingSnapshot(
            generation: Generation(generation),
            loadBalancers: [LoadBalancer(id: LoadBalancerID("lb"), dnsName: "lb", listeners: [listener])],
            targetGroups: groups.map { TargetGroup(id: TargetGroupID($0), targets: []) })
    }

    @Test func freesTheCountsOfDeletedGroupsAndLoadBalancers() {
        var table = RouteTable(worker: 0, of: 1)
        _ = table.update(self.snapshot(1, ["a": 1], groups: ["a", "b"]), [:], at: .epoch)
        #expect(Set(table.groups.keys.map(\.arn)) == ["a", "b"])
        _ = table.update(self.snapshot(2, ["a": 1], groups: []), [:], at: .epoch)
        #expect(Set(table.groups.keys.map(\.arn)) == ["a"])
        _ = table.update(
            RoutingSnapshot(generation: Generation(3), loadBalancers: [], targetGroups: []), [:], at: .epoch)
        #expect(table.groups.isEmpty)
        #expect(table.loadBalancers.isEmpty)
    }
}
