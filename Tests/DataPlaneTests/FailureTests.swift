import FoundationEssentials
import Model
import ProxyFeed
import Synchronization
import Testing
import TrafficRouting

@Suite struct FailureTests {
    @Test func aRefusedConnectionGoesToAnotherTarget() async throws {
        let proxy = try await ProxyFixture()
        let backend = try TestBackend.named("blue")
        let closed = try ListenerSockets.bind(ListenAddress(address: IPAddress(ipv4: 0x7F00_0001), port: 0), count: 1)
            .address.port
        try await proxy.publish(.forward(["a": 1]), groups: [.of("a", [closed, backend.port])])
        for _ in 0..<10 { #expect(try proxy.get()?.text == "blue") }
    }

    @Test func nobodyListeningIs502() async throws {
        let proxy = try await ProxyFixture()
        let closed = try ListenerSockets.bind(ListenAddress(address: IPAddress(ipv4: 0x7F00_0001), port: 0), count: 1)
            .address.port
        try await proxy.publish(.forward(["a": 1]), groups: [.of("a", [closed])])
        #expect(try proxy.get()?.status == 502)
    }

    @Test func aPooledConnectionThatDiedIsReplacedWithoutTheClientSeeingIt() async throws {
        let proxy = try await ProxyFixture()
        let count = Mutex(0)
        // Reads the second request of each connection and closes without an answer.
        let backend = try TestBackend { _, socket in
            let number = count.withLock { count in
                count += 1
                return count
            }
            if number == 2 { return false }
            socket.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            return true
        }
        try await proxy.publish(to: backend)
        #expect(try proxy.get()?.text == "ok")
        #expect(try proxy.get()?.text == "ok")
        #expect(count.withLock { $0 } == 3)
    }

    @Test(arguments: [
        "garbage\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 20\r\n\r\n", "",
    ])
    func garbageFromTheTargetIs502(answer: String) async throws {
        let proxy = try await ProxyFixture()
        let backend = try TestBackend { _, socket in
            socket.send(answer)
            return false
        }
        try await proxy.publish(to: backend)
        #expect(try proxy.get()?.startLine == "HTTP/1.1 502 Bad Gateway")
    }

    @Test func aResetInTheMiddleOfABodyCutsTheClient() async throws {
        let proxy = try await ProxyFixture()
        let backend = try TestBackend { _, socket in
            socket.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
            socket.resetOnClose()
            return false
        }
        try await proxy.publish(to: backend)
        #expect(try proxy.get() == nil)
    }

    @Test(arguments: [
        // The end of the connection is the end of the body: for the target, or for the client alone.
        ("GET / HTTP/1.1\r\nHost: web\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\nhalf"),
        ("GET / HTTP/1.0\r\nHost: web\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"),
    ])
    func aBodyWithoutALengthThatBreaksOffEndsWithAReset(request: String, answer: String) async throws {
        let proxy = try await ProxyFixture()
        let backend = try TestBackend { _, socket in
            socket.send(answer)
            socket.resetOnClose()
            return false
        }
        try await proxy.publish(to: backend)
        let client = try proxy.connect()
        client.send(request)
        #expect(client.endsWithReset())
    }

    @Test func aSilentTargetIs504AfterTheIdleTimeout() async throws {
        let proxy = try await ProxyFixture()
        let backend = try TestBackend { _, socket in socket.receive().isEmpty }
        try await proxy.publish(to: backend, attributes: LoadBalancerAttributes(idleTimeout: .milliseconds(300)))
        #expect(try proxy.get()?.startLine == "HTTP/1.1 504 Gateway Time-out")
    }

    @Test func aClientThatStopsInItsHeadIs408() async throws {
        let proxy = try await ProxyFixture()
        try await proxy.publish(
            .fixedResponse(.init(status: 200)), attributes: LoadBalancerAttributes(idleTimeout: .milliseconds(300)))
        #expect(try proxy.request("GET / HTTP/1.1\r\n")?.status == 408)
    }

    @Test func drainingFinishesWhatIsInFlightAndTakesNothingNew() async throws {
        let proxy = try await ProxyFixture()
        let (arrived, arrivedContinuation) = AsyncStream.makeStream(of: Void.self)
        let gate = Mutex<TestSocket?>(nil)
        let old = try TestBackend { _, socket in
            gate.withLock { $0 = socket }
            arrivedContinuation.yield()
            return !socket.receive().isEmpty
        }
        let new = try TestBackend.named("new")
        try await proxy.publish(.forward(["a": 1]), groups: [.of("a", [old.port])])
        let client = try proxy.connect()
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        for await _ in arrived { break }
        let far = SystemWallClock().now() + .seconds(3600)
        let group = TargetGroup(
            id: TargetGroupID("a"),
            targets: [
                Target(
                    id: TargetID(id: "127.0.0.1", port: old.port), address: "127.0.0.1", state: .draining(until: far)),
                Target(id: TargetID(id: "127.0.0.1", port: new.port), address: "127.0.0.1"),
            ])
        try await proxy.publish(.forward(["a": 1]), groups: [group])
        for _ in 0..<5 { #expect(try proxy.get()?.text == "new") }
        gate.withLock { $0 }?.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nold")
        var reader = TestReader(client)
        #expect(reader.message()?.text == "old")
        for await event in proxy.connection.events {
            guard case .drained(let report) = event else { continue }
            #expect(report.target.port == old.port)
            #expect(report.tally == DrainTally(connections: 1, requests: 1))
            break
        }
    }

    @Test func theEndOfDrainingCutsWhatIsLeft() async throws {
        let proxy = try await ProxyFixture()
        let (arrived, arrivedContinuation) = AsyncStream.makeStream(of: Void.self)
        let backend = try TestBackend { _, socket in
            arrivedContinuation.yield()
            return !socket.receive().isEmpty
        }
        try await proxy.publish(.forward(["a": 1]), groups: [.of("a", [backend.port])])
        let client = try proxy.connect()
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        for await _ in arrived { break }
        try await proxy.publish(.forward(["a": 1]), groups: [.of("a", [backend.port], state: .draining(until: .epoch))])
        var reader = TestReader(client)
        #expect(reader.message()?.status == 502)
    }

    @Test func aTargetThatLeavesAtItsDeadlineIsStillCutAndCounted() async throws {
        let proxy = try await ProxyFixture()
        let (arrived, arrivedContinuation) = AsyncStream.makeStream(of: Void.self)
        let backend = try TestBackend { _, socket in
            arrivedContinuation.yield()
            return !socket.receive().isEmpty
        }
        try await proxy.publish(.forward(["a": 1]), groups: [.of("a", [backend.port])])
        let client = try proxy.connect()
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        for await _ in arrived { break }
        let soon = SystemWallClock().now() + .milliseconds(300)
        try await proxy.publish(.forward(["a": 1]), groups: [.of("a", [backend.port], state: .draining(until: soon))])
        try await proxy.publish(.forward(["a": 1]), groups: [.of("a", [])])
        var reader = TestReader(client)
        #expect(reader.message()?.status == 502)
        for await event in proxy.connection.events {
            guard case .drained(let report) = event else { continue }
            #expect(report.tally == DrainTally(cutRequests: 1))
            break
        }
    }
}

@Suite struct SplitTests {
    @Test func requestsOnOneConnectionSplitExactlyByWeight() async throws {
        let proxy = try await ProxyFixture()
        let (blue, green) = (try TestBackend.named("blue"), try TestBackend.named("green"))
        let groups = [TargetGroup.of("blue", [blue.port]), .of("green", [green.port])]
        try await proxy.publish(.forward(["blue": 90, "green": 10]), groups: groups)
        let socket = try proxy.connect()
        var reader = TestReader(socket)
        var counts: [String: Int] = [:]
        for _ in 0..<1000 {
            socket.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            counts[reader.message()?.text ?? "lost", default: 0] += 1
        }
        #expect(counts == ["blue": 900, "green": 100])
    }

    @Test func snapshotsUnderLoadLoseNothingAndKeepTheShare() async throws {
        let proxy = try await ProxyFixture(workers: 2)
        let (blue, green) = (try TestBackend.named("blue"), try TestBackend.named("green"))
        let groups = [TargetGroup.of("blue", [blue.port]), .of("green", [green.port])]
        try await proxy.publish(.forward(["blue": 100, "green": 0]), groups: groups)
        let stop = Mutex(false)
        let counts = Mutex<[String: Int]>([:])
        let (ended, endedContinuation) = AsyncStream.makeStream(of: Void.self)
        for _ in 0..<8 {
            let socket = try proxy.connect()
            try NativeThread.start("load") {
                var reader = TestReader(socket)
                while !stop.withLock({ $0 }) {
                    socket.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                    let text = reader.message()?.text ?? "lost"
                    counts.withLock { $0[text, default: 0] += 1 }
                }
                endedContinuation.yield()
            }
        }
        for weight in stride(from: 0, through: 100, by: 2) {
            try await proxy.publish(.forward(["blue": 100 - weight, "green": weight]), groups: groups)
        }
        let blueAtTheEnd = blue.requestCount
        // What was chosen before the last generation was served has been answered once each load thread has ended.
        stop.withLock { $0 = true }
        var threads = 0
        for await _ in ended {
            threads += 1
            if threads == 8 { break }
        }
        let result = counts.withLock { $0 }
        #expect(result["lost"] == nil)
        #expect(result["green", default: 0] > 0)
        #expect(blue.requestCount - blueAtTheEnd <= 8)
    }
}

@Suite struct FeedTests {
    @Test func reportsHealthAndForgetsUnusedGroups() async throws {
        let proxy = try await ProxyFixture()
        let backend = try TestBackend.named("blue")
        try await proxy.publish(.forward(["a": 1]), groups: [.of("a", [backend.port]), .of("b", [backend.port])])
        var health: [TargetGroupID: TargetHealth] = [:]
        for await event in proxy.connection.events {
            guard case .health(let reports, _) = event else { continue }
            for report in reports { health[report.group] = report.health }
            if health[TargetGroupID("a")] == .healthy { break }
        }
        #expect(health[TargetGroupID("b")] == .notInUse)
    }

    @Test func aNewControlPlaneGetsGenerationSocketsAndHealth() async throws {
        let proxy = try await ProxyFixture(workers: 2)
        let backend = try TestBackend.named("blue")
        try await proxy.publish(to: backend)
        proxy.connection.close()
        let again = try await ProxyConnection.connect(path: proxy.directory.appending(path: "proxy.sock").path)
        #expect(again.hello.generation == Generation(1))
        #expect(again.hello.workers == 2)
        #expect(again.listeners.map(\.address) == [proxy.listener.address])
        #expect(again.listeners.first?.descriptors.count == 2)
        #expect(try proxy.get()?.text == "blue")
        // The first report is the whole state; the prober may see the target only after it.
        var isFirst = true
        for await event in again.events {
            guard case .health(let reports, let complete) = event else { continue }
            #expect(complete == isFirst)
            isFirst = false
            if reports.count == 1 { break }
        }
    }

    @Test func countsRequestsAndAnswers() async throws {
        let proxy = try await ProxyFixture(workers: 2)
        let backend = try TestBackend.named("blue")
        try await proxy.publish(to: backend)
        for _ in 0..<20 { _ = try proxy.get() }
        for await event in proxy.connection.events {
            guard case .counters(let counters) = event, let group = counters.targetGroups.first,
                group.latency.count == 20
            else {
                continue
            }
            #expect(group.requests == 20)
            #expect(group.targetStatus == [20, 0, 0, 0])
            #expect(counters.loadBalancers.first?.requests == 20)
            break
        }
    }

    @Test func aControlPlaneOfAnotherVersionIsCutOffAndTheNextIsServed() async throws {
        let proxy = try await ProxyFixture()
        let other = try TestSocket.connect(toFile: proxy.socketPath)
        // A payload of two bytes, no descriptors, a version that never comes.
        other.send([0, 0, 0, 2, 0, 0, 0xFF, 0xFF] + Array("{}".utf8))
        #expect(other.isClosedByPeer())
        let next = try await ProxyConnection.connect(path: proxy.socketPath)
        next.send(RoutingSnapshot(generation: Generation(7), loadBalancers: [], targetGroups: []))
        #expect(await next.waitUntilServed(Generation(7), within: .seconds(10)))
    }

    /// Quiet groups and load balancers cost nothing: the first report names all there is, later ones what is new.
    @Test func reportsNameOnlyWhatHasChanged() async throws {
        let proxy = try await ProxyFixture(workers: 2)
        let backend = try TestBackend.named("blue")
        try await proxy.publish(to: backend)
        var isFirst = true
        for await event in proxy.connection.events {
            guard case .counters(let counters) = event else { continue }
            if isFirst {
                #expect(counters.isComplete)
                isFirst = false
                _ = try proxy.get()
                continue
            }
            guard let group = counters.targetGroups.first, group.latency.count == 1 else { continue }
            #expect(group.connections == 1)
            #expect(counters.targetGroups.count == 1)
            break
        }
    }

    @Test func aProxyThatIsGoneAnswersWaitersAtOnce() async throws {
        let proxy = try await ProxyFixture()
        proxy.connection.close()
        #expect(await !proxy.connection.waitUntilServed(Generation(99), within: .seconds(60)))
    }
}
