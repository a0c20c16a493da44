import ELBv2API
import Glibc
import Logging
import Model
import ProxyFeed
import Store
import Testing
import TrafficRouting
import WireProtocol

@testable import ELBv2Service

/// With a real proxy process.
@Suite struct ProxySupervisorTests {
    @Test func aProxyThatCrashesIsReplacedAndNoConnectionIsRefused() async throws {
        try await Fixture.with { fixture in
            let command = ProxyCommand(
                executable: TestProxy.path, arguments: [fixture.directory], dataDirectory: fixture.directory)
            let supervisor = fixture.service.supervisor(command, atStop: .shutDown(grace: .zero))
            let running = Task { try await supervisor.run() }
            await fixture.service.proxyHasReported(fixture.store)

            let port = try freePort()
            #expect(try await fixture.servedListener(port: port))
            #expect(try await get(port).hasSuffix("hello"))

            let first = try #require(ProxyProcess.recorded(command))
            #expect(kill(first.id, SIGKILL) == 0)
            #expect(try await get(port).hasSuffix("hello"))
            let second = try #require(ProxyProcess.recorded(command))
            #expect(second != first)

            running.cancel()
            try await running.value
            #expect(!second.isRunning)
        }
    }

    @Test func aProxyOutlivesItsServerAndTheNextOneTakesItOver() async throws {
        try await Fixture.with { fixture in
            let command = ProxyCommand(
                executable: TestProxy.path, arguments: [fixture.directory], dataDirectory: fixture.directory)
            let before = Task { try await fixture.service.supervisor(command, atStop: .leaveRunning).run() }
            await fixture.service.proxyHasReported(fixture.store)
            let port = try freePort()
            #expect(try await fixture.servedListener(port: port))
            before.cancel()
            try await before.value
            let proxy = try #require(ProxyProcess.recorded(command))
            #expect(try await get(port).hasSuffix("hello"))

            let next = LoadBalancing(
                store: fixture.store, binding: fixture.service.handlers.ports.binding, clock: fixture.clock,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let after = Task { try await next.supervisor(command, atStop: .shutDown(grace: .zero)).run() }
            await next.proxyHasReported(fixture.store)
            #expect(ProxyProcess.recorded(command) == proxy)
            let generation = try await fixture.store.write { try $0.routingChanged() }
            #expect(await next.publisher.publish(generation).served)
            #expect(try await get(port).hasSuffix("hello"))
            after.cancel()
            try await after.value
            #expect(!proxy.isRunning)
        }
    }
}

extension LoadBalancing {
    /// A proxy is connected and has told the health of its targets.
    fileprivate func proxyHasReported(_ store: Store) async {
        for await _ in store.changes.watch([.targetHealth])
        where self.handlers.board.verdict(
            on: StoredTarget(targetGroupARN: "", id: "", port: 1, availabilityZone: nil, registeredAt: .epoch))
            != .unavailable
        { return }
    }
}

extension Fixture {
    /// Makes a listener that answers "hello".
    /// - Returns: whether the proxy served it when the call answered.
    fileprivate func servedListener(port: Int) async throws -> Bool {
        let reply = try await self.aws.reply(
            ELBv2.CreateListener.self,
            .init(
                loadBalancerArn: self.loadBalancer(), protocol: .http, port: port,
                defaultActions: [
                    .init(
                        type: .fixedResponse,
                        fixedResponseConfig: .init(messageBody: "hello", statusCode: "200", contentType: "text/plain"))
                ]))
        return reply.headers["x-teal-routing-served"] == "true"
    }
}

private enum TestProxy {
    /// Beside the test bundle.
    static var path: String {
        let folders = CommandLine.arguments.compactMap { argument -> String? in
            guard let slash = argument.lastIndex(of: "/") else { return nil }
            return String(argument[..<slash]) + "/TestProxy"
        }
        return folders.first { access($0, X_OK) == 0 } ?? "TestProxy"
    }
}

/// The whole answer to `GET /`, on a connection of its own.
private func get(_ port: Int) async throws -> String {
    try await withCheckedThrowingContinuation { continuation in
        do {
            try NativeThread.start("get") { continuation.resume(with: Result { try exchange(port) }) }
        } catch {
            continuation.resume(throwing: error)
        }
    }
}

private func exchange(_ port: Int) throws -> String {
    let client = OwnedDescriptor(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
    let address = SocketAddress(IPAddress(ipv4: 0x7F00_0001), port: UInt16(port))
    guard address.connect(client.number) == 0 else { throw SystemCallError("connect") }
    var limit = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(client.number, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    let request = Array("GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n".utf8)
    guard send(client.number, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
        throw SystemCallError("send")
    }
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
        let count = recv(client.number, &buffer, buffer.count, 0)
        guard count >= 0 else { throw SystemCallError("recv") }
        if count == 0 { return String(decoding: answer, as: UTF8.self) }
        answer += buffer[..<count]
    }
}
