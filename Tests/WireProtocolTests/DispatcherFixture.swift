internal import ECSAPI
internal import ELBv2API
internal import LambdaAPI
internal import Logging
internal import Model
internal import STSAPI
internal import Synchronization

@testable internal import WireProtocol

/// A dispatcher over one operation of each protocol, with one permanent and one temporary key.
struct DispatcherFixture {
    static let moment = Timestamp(milliseconds: 1_795_216_324_000)
    static let key = RequestSigner(accessKeyID: "AKIAKNOWN", secretAccessKey: "secret")
    static let session = RequestSigner(
        accessKeyID: "ASIAKNOWN", secretAccessKey: "session-secret", sessionToken: "token")

    struct Clock: WallClock {
        func now() -> Timestamp { DispatcherFixture.moment }
        func sleep(until deadline: Timestamp) async throws {}
    }

    struct Broken: Error {}

    final class Outcomes: Sendable {
        private let outcomes = Mutex<[Dispatcher.Outcome]>([])
        func add(_ outcome: Dispatcher.Outcome) { self.outcomes.withLock { $0.append(outcome) } }
        var last: Dispatcher.Outcome? { self.outcomes.withLock { $0.last } }
    }

    let dispatcher: Dispatcher
    let outcomes = Outcomes()

    init(authentication: Dispatcher.Authentication = .required, sessionEnds: Timestamp = Self.moment + .hours(1)) {
        let outcomes = self.outcomes
        self.dispatcher = Dispatcher(
            registry: Self.registry, account: "123456789012", defaultRegion: "us-east-1",
            authentication: authentication,
            credential: { id in
                switch id {
                case Self.key.accessKeyID:
                    KnownCredential(
                        secretAccessKey: Self.key.secretAccessKey, principal: .root(account: "123456789012"))
                case Self.session.accessKeyID:
                    KnownCredential(
                        secretAccessKey: Self.session.secretAccessKey, sessionToken: Self.session.sessionToken,
                        expiration: sessionEnds,
                        principal: .assumedRole(role: "r", session: "s", id: "AROAX", account: "123456789012"))
                default: nil
                }
            }, clock: Clock(), logger: Logger(label: "test"), observe: { outcomes.add($0) })
    }

    static var registry: OperationRegistry {
        let errors = ValidationErrors { operation, failures in
            AWSError(
                code: "ValidationError", message: "\(operation): \(failures.map(\.sentence).joined(separator: "; "))")
        }
        var registry = OperationRegistry()
        registry.register(ECS.service, validationErrors: errors)
        registry.register(ELBv2.service, validationErrors: errors)
        registry.register(Lambda.service, validationErrors: errors)
        registry.register(STS.service, validationErrors: errors)
        // Echoes its region, so that a test sees the scope.
        registry.handle(ECS.DescribeClusters.self) { input, context in
            .init(clusters: [.init(clusterName: input.clusters?.first, status: context.scope.region)])
        }
        registry.handle(ECS.ListClusters.self) { _, _ in throw Broken() }
        registry.handle(ECS.DeleteCluster.self) { _, _ in
            throw ECS.Errors.clusterNotFoundException("Cluster not found.")
        }
        registry.handle(ELBv2.DescribeTargetGroups.self) { _, _ in
            throw ELBv2.Errors.targetGroupNotFoundException("One or more target groups not found")
        }
        registry.handle(Lambda.GetFunction.self) { input, _ in
            .init(configuration: .init(functionName: input.functionName))
        }
        registry.handle(STS.GetCallerIdentity.self) { _, context in
            .init(account: "123456789012", arn: "\(context.principal)")
        }
        return registry
    }

    static func json(_ operation: String, _ body: String = "{}") -> WireRequest {
        WireRequest(
            method: "POST", target: "/",
            headers: [
                "Host": "127.0.0.1:4566", "Content-Type": "application/x-amz-json-1.1",
                "X-Amz-Target": "AmazonEC2ContainerServiceV20141113.\(operation)",
            ], body: Array(body.utf8))
    }

    static func form(_ body: String) -> WireRequest {
        WireRequest(
            method: "POST", target: "/",
            headers: ["Host": "127.0.0.1:4566", "Content-Type": "application/x-www-form-urlencoded"],
            body: Array(body.utf8))
    }

    func send(
        _ request: WireRequest, as signer: RequestSigner? = Self.key, service: String,
        at moment: Timestamp = Self.moment,
        region: String = "us-east-1"
    ) async -> WireResponse {
        var request = request
        signer?.sign(&request, region: region, service: service, at: moment)
        return await self.dispatcher.respond(to: request)
    }
}

extension WireResponse {
    var text: String { String(decoding: self.body, as: UTF8.self) }
}
