import ELBv2API
import Logging
import Model
import ProxyFeed
import Store
import Synchronization
import TrafficRouting
import WireProtocol

@testable import ELBv2Service

#if canImport(Glibc)
    import Glibc
#endif

/// A store in a directory of its own, with the service's handlers behind in-process dispatch.
struct Fixture {
    let directory: String
    let store: Store
    let service: LoadBalancing
    let aws: AWSClient
    let clock = ManualWallClock()

    static func with(
        bind addresses: [IPAddress] = [IPAddress(ipv4: 0x7F00_0001)],
        _ body: (Fixture) async throws -> Void
    ) async throws {
        let fixture = try Fixture(addresses: addresses)
        defer { fixture.remove() }
        try await body(fixture)
    }

    private init(addresses: [IPAddress]) throws {
        var template = Array("/tmp/teal-elbv2-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemCallError("mkdtemp") }
        self.directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        self.store = try Store(path: self.directory + "/teal.db", logger: logger)
        self.service = LoadBalancing(
            store: self.store, binding: ListenerBinding(addresses: addresses, workers: 1), clock: self.clock,
            logger: logger)
        var registry = OperationRegistry()
        self.service.handlers.register(in: &registry)
        let dispatch = InProcessDispatch(logger: logger)
        dispatch.connect(registry)
        self.aws = AWSClient(
            transport: dispatch, scope: Scope(account: "123456789012", region: "us-east-1"),
            principal: .root(account: "123456789012"))
    }

    private func remove() {
        if let entries = opendir(self.directory) {
            defer { closedir(entries) }
            while let entry = readdir(entries) {
                let name = withUnsafeBytes(of: entry.pointee.d_name) {
                    String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                }
                // "." and ".." are no files, so that unlink refuses them.
                unlink(self.directory + "/" + name)
            }
        }
        rmdir(self.directory)
    }

    // MARK: Resources

    func loadBalancer(_ name: String = "web") async throws -> String {
        let output = try await self.aws.call(
            ELBv2.CreateLoadBalancer.self, .init(name: name, subnets: ["subnet-a", "subnet-b"]))
        return output.loadBalancers?.first?.loadBalancerArn ?? ""
    }

    func targetGroup(_ name: String) async throws -> String {
        let output = try await self.aws.call(
            ELBv2.CreateTargetGroup.self,
            .init(name: name, protocol: .http, port: 80, vpcId: "vpc-1", targetType: .ip))
        return output.targetGroups?.first?.targetGroupArn ?? ""
    }

    func listener(_ loadBalancer: String, port: Int, forwardingTo group: String) async throws -> String {
        let output = try await self.aws.call(
            ELBv2.CreateListener.self,
            .init(
                loadBalancerArn: loadBalancer, protocol: .http, port: port,
                defaultActions: [.init(type: .forward, targetGroupArn: group)]))
        return output.listeners?.first?.listenerArn ?? ""
    }

    /// The code of the error that `body` answers with; `nil` where it succeeds.
    func code(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch let error as AWSError {
            return error.code
        } catch {
            return "\(error)"
        }
    }
}

/// A port of 127.0.0.1 that nobody listens on.
func freePort() throws -> Int {
    Int(try ListenerSockets.bind(ListenAddress(address: IPAddress(ipv4: 0x7F00_0001), port: 0), count: 1).address.port)
}

/// Time that stands still until told otherwise.
final class ManualWallClock: WallClock {
    private let moment = Mutex(Timestamp(milliseconds: 1_800_000_000_000))

    func now() -> Timestamp { self.moment.withLock { $0 } }
    func advance(by duration: Duration) { self.moment.withLock { $0 = $0 + duration } }
    func sleep(until deadline: Timestamp) async throws {}
}
