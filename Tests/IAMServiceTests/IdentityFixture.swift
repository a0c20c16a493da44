internal import FoundationEssentials
internal import IAMService
internal import Logging
internal import Model
internal import Store
internal import WireProtocol

/// IAM and STS over a store in a temporary folder, called as the account's root.
final class IdentityFixture: Sendable {
    static let account = "123456789012"
    let store: Store
    let root: AWSClient
    private let folder: String

    init() throws {
        let logger = Logger(label: "test")
        self.folder = FileManager.default.temporaryDirectory.path + "/iam-" + Identifiers.uuid()
        try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
        self.store = try Store(path: self.folder + "/teal.db", logger: logger)
        var registry = OperationRegistry()
        IAMHandlers(store: self.store, clock: FixedClock()).register(in: &registry)
        STSHandlers(store: self.store, clock: FixedClock()).register(in: &registry)
        let dispatch = InProcessDispatch(logger: logger)
        dispatch.connect(registry)
        self.root = AWSClient(
            transport: dispatch, scope: Scope(account: Self.account, region: "us-east-1"),
            principal: .root(account: Self.account))
    }

    func client(as principal: Principal) -> AWSClient {
        AWSClient(transport: self.root.transport, scope: self.root.scope, principal: principal)
    }

    var credentials: CredentialDirectory {
        CredentialDirectory(
            bootstrapKeyID: "AKIABOOT", bootstrapSecret: "boot", account: Self.account, store: self.store)
    }

    deinit {
        // Nothing can be done about a folder that does not go away.
        try? FileManager.default.removeItem(atPath: self.folder)
    }
}

struct FixedClock: WallClock {
    static let moment = Timestamp(milliseconds: 1_795_216_324_000)

    func now() -> Timestamp { Self.moment }
    func sleep(until deadline: Timestamp) async throws {}
}
