import ELBv2API
import Model
import ProxyFeed
import Store
import Testing
import TrafficRouting
import WireProtocol

@testable import ELBv2Service

/// A proxy that speaks the feed, keeps what it is sent, and acknowledges each snapshot.
private final class FakeProxy: Sendable {
    let socket: FeedSocket
    let snapshots: AsyncStream<RoutingSnapshot>
    let connection: ProxyConnection

    init(path: String, generation: Generation = .none) async throws {
        let listener = try FeedListener(path: path)
        let (accepted, acceptedContinuation) = AsyncStream.makeStream(of: FeedSocket.self)
        try NativeThread.start("fake-accept") {
            if let socket = try? listener.accept() {
                try? socket.send(
                    ProxyMessage.hello(
                        ProxyHello(
                            version: FeedProtocol.version, processID: 1, workers: 1, generation: generation,
                            listening: [])))
                acceptedContinuation.yield(socket)
            }
            acceptedContinuation.finish()
        }
        self.connection = try await ProxyConnection.connect(path: path)
        var iterator = accepted.makeAsyncIterator()
        guard let socket = await iterator.next() else { throw SystemCallError("accept") }
        self.socket = socket
        let (snapshots, continuation) = AsyncStream.makeStream(of: RoutingSnapshot.self)
        self.snapshots = snapshots
        try NativeThread.start("fake-read") {
            while let (message, _) = try? socket.receive(ControlMessage.self) {
                guard case .snapshot(let snapshot) = message else { continue }
                try? socket.send(ProxyMessage.acknowledged(snapshot.generation))
                continuation.yield(snapshot)
            }
            continuation.finish()
        }
    }
}

@Suite struct RoutingPublisherTests {
    @Test func aRoutingChangeAnswersWhenTheProxyServesIt() async throws {
        try await Fixture.with { fixture in
            let proxy = try await FakeProxy(path: fixture.directory + "/proxy.sock")
            try await fixture.service.publisher.attach(proxy.connection)
            let group = try await fixture.targetGroup("blue")
            let loadBalancer = try await fixture.loadBalancer()
            let port = try freePort()
            let reply = try await fixture.aws.reply(
                ELBv2.CreateListener.self,
                .init(
                    loadBalancerArn: loadBalancer, protocol: .http, port: port,
                    defaultActions: [.init(type: .forward, targetGroupArn: group)]))
            #expect(reply.headers["x-teal-routing-served"] == "true")
            let generation = try #require(reply.headers["x-teal-routing-generation"].flatMap(UInt64.init))
            for await snapshot in proxy.snapshots where snapshot.generation.number >= generation {
                #expect(snapshot.loadBalancers.first?.listeners.first?.port == UInt16(port))
                #expect(snapshot.targetGroupsInUse == [TargetGroupID(group)])
                break
            }
            proxy.connection.close()
        }
    }

    @Test func withoutAProxyTheCallAnswersThatNothingServesIt() async throws {
        try await Fixture.with { fixture in
            let group = try await fixture.targetGroup("blue")
            let reply = try await fixture.aws.reply(
                ELBv2.RegisterTargets.self, .init(targetGroupArn: group, targets: [.init(id: "127.0.0.1", port: 8080)]))
            #expect(reply.headers["x-teal-routing-served"] == "false")
        }
    }

    @Test func generationsStayAboveWhatARunningProxyServes() async throws {
        try await Fixture.with { fixture in
            let proxy = try await FakeProxy(path: fixture.directory + "/proxy.sock", generation: Generation(500))
            try await fixture.service.publisher.attach(proxy.connection)
            let group = try await fixture.targetGroup("blue")
            let reply = try await fixture.aws.reply(
                ELBv2.RegisterTargets.self, .init(targetGroupArn: group, targets: [.init(id: "127.0.0.1", port: 8080)]))
            let generation = try #require(reply.headers["x-teal-routing-generation"].flatMap(Int.init))
            #expect(generation > 500)
            #expect(reply.headers["x-teal-routing-served"] == "true")
            proxy.connection.close()
        }
    }

    @Test func countersAreSummedOverRestartsOfTheProxy() {
        let counters = TrafficCounters(clock: SystemWallClock())
        func report(_ process: Int32, requests: UInt64, active: Int) -> ProxyCounters {
            var group = TargetGroupCounters(id: TargetGroupID("blue"))
            group.requests = requests
            group.active = active
            return ProxyCounters(processID: process, isComplete: true, targetGroups: [group], loadBalancers: [])
        }
        counters.record(report(1, requests: 5, active: 1))
        counters.record(report(1, requests: 8, active: 3))
        counters.record(report(2, requests: 2, active: 1))
        let total = counters.totals.targetGroups[TargetGroupID("blue")]
        #expect(total?.requests == 10)
        #expect(total?.active == 1)
    }
}
