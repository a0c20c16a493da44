import DataPlane
import FoundationEssentials
import Logging
import Model
import ProxyFeed
import TrafficRouting

/// A proxy inside the test process, its control connection, and one listener.
final class ProxyFixture {
    let connection: ProxyConnection
    let listener: ListenerSockets
    let proxy: ProxyThreads
    let directory: URL
    private var generation: UInt64 = 0
    private var shared: [ListenerSockets] = []

    var socketPath: String { self.directory.appending(path: "proxy.sock").path }

    var port: UInt16 { self.listener.address.port }

    init(workers: Int = 1) async throws {
        self.directory = try Self.makeDirectory()
        let socket = self.directory.appending(path: "proxy.sock").path
        let configuration = ProxyConfiguration(
            socketPath: socket, stateDirectory: self.directory.path, workers: workers)
        self.proxy = try ProxyThreads(configuration, Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        try self.proxy.start()
        self.connection = try await ProxyConnection.connect(path: socket)
        self.listener = try ListenerSockets.bind(
            ListenAddress(address: IPAddress(ipv4: 0x7F00_0001), port: 0), count: workers)
        self.connection.listen(self.listener)
    }

    static func makeDirectory() throws -> URL {
        let name = "teal-proxy-\(Identifiers.hex(8))"
        let directory = FileManager.default.temporaryDirectory.appending(path: name)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        return directory
    }

    deinit {
        self.proxy.shutDown(grace: .zero)
        // Left behind in the temporary directory at worst.
        try? FileManager.default.removeItem(at: self.directory)
    }

    /// Publishes and waits until it is served.
    func publish(_ loadBalancers: [LoadBalancer], _ groups: [TargetGroup]) async throws {
        self.generation += 1
        let generation = Generation(self.generation)
        self.connection.send(
            RoutingSnapshot(generation: generation, loadBalancers: loadBalancers, targetGroups: groups))
        guard await self.connection.waitUntilServed(generation, within: .seconds(10)) else { throw NotServed() }
    }

    struct NotServed: Error {}

    /// One load balancer with this default action and rules.
    func publish(
        _ action: Action, rules: [Rule] = [], groups: [TargetGroup] = [],
        attributes: LoadBalancerAttributes = LoadBalancerAttributes()
    ) async throws {
        try await self.publish([self.loadBalancer(action, rules: rules, attributes: attributes)], groups)
    }

    func loadBalancer(
        _ action: Action, rules: [Rule] = [], name: String = "lb",
        attributes: LoadBalancerAttributes = LoadBalancerAttributes()
    ) -> LoadBalancer {
        let listener = Listener(
            id: ListenerID("\(name)-listener"), port: self.port, rules: rules,
            defaultRule: .default(id: RuleID("\(name)-default"), action: action))
        return LoadBalancer(
            id: LoadBalancerID(name), dnsName: "\(name).elb.localhost", attributes: attributes, listeners: [listener])
    }

    /// Everything to this backend.
    func publish(to backend: TestBackend, attributes: LoadBalancerAttributes = LoadBalancerAttributes()) async throws {
        try await self.publish(.forward(["a": 1]), groups: [.of("a", [backend.port])], attributes: attributes)
    }

    func connect() throws -> TestSocket { try TestSocket.connect(to: self.port) }

    /// One request on a connection of its own.
    func request(_ text: String) throws -> TestMessage? {
        let socket = try self.connect()
        socket.send(text)
        var reader = TestReader(socket)
        return reader.message(hasBody: !text.hasPrefix("HEAD"))
    }

    func get(_ path: String = "/", headers: String = "") throws -> TestMessage? {
        try self.request("GET \(path) HTTP/1.1\r\nHost: example.com\r\n\(headers)Connection: close\r\n\r\n")
    }
}

extension Action {
    static func forward(_ weights: KeyValuePairs<String, Int>) -> Action {
        .forward(
            ForwardAction(
                targetGroups: weights.map {
                    ForwardAction.WeightedTargetGroup(id: TargetGroupID($0.key), weight: $0.value)
                }))
    }
}

extension TargetGroup {
    static func of(
        _ name: String, _ ports: [UInt16], attributes: TargetGroupAttributes = TargetGroupAttributes(),
        state: Target.State = .registered
    ) -> TargetGroup {
        TargetGroup(
            id: TargetGroupID(name), attributes: attributes, healthCheck: HealthCheck(interval: .seconds(300)),
            targets: ports.map { Target(id: TargetID(id: "127.0.0.1", port: $0), address: "127.0.0.1", state: state) })
    }
}
