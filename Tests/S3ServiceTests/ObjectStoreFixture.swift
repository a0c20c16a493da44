internal import FoundationEssentials
internal import Logging
internal import Model
internal import S3API
internal import Store
internal import WireProtocol

@testable internal import S3Service

/// The S3 API on a fresh store, called from inside the server: payloads travel in the shapes.
struct ObjectStoreFixture: Sendable {
    let aws: AWSClient
    let store: Store
    let handlers: S3Handlers
    let root: String

    static func with(_ body: @Sendable (ObjectStoreFixture) async throws -> Void) async throws {
        let root = FileManager.default.temporaryDirectory.path + "/teal-s3-" + Identifiers.uuid()
        try FileManager.default.createDirectory(atPath: root + "/objects", withIntermediateDirectories: true)
        let outcome: Result<Void, any Error>
        do {
            let store = try Store(path: root + "/teal.db", logger: Logger(label: "test"))
            let fixture = Self.make(store, root)
            _ = try await fixture.aws.call(S3.CreateBucket.self, .init(bucket: "things"))
            try await body(fixture)
            try store.close()
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        try FileManager.default.removeItem(atPath: root)
        try outcome.get()
    }

    /// As after a restart on the same files.
    func restarted() -> ObjectStoreFixture { Self.make(self.store, self.root) }

    private static func make(_ store: Store, _ root: String) -> ObjectStoreFixture {
        let logger = Logger(label: "test")
        let dispatch = InProcessDispatch(logger: logger)
        let handlers = S3Handlers(store: store, directory: root + "/objects", clock: SystemWallClock(), logger: logger)
        var registry = OperationRegistry()
        handlers.register(in: &registry)
        dispatch.connect(registry)
        let aws = AWSClient(
            transport: dispatch, scope: Scope(account: "123456789012", region: "us-east-1"),
            principal: .root(account: "123456789012"))
        return ObjectStoreFixture(aws: aws, store: store, handlers: handlers, root: root)
    }

    func put(_ key: String, _ text: String = "") async throws {
        _ = try await self.aws.call(
            S3.PutObject.self, .init(body: Array(text.utf8), bucket: "things", key: key))
    }

    func text(_ key: String) async throws -> String {
        let output = try await self.aws.call(S3.GetObject.self, .init(bucket: "things", key: key))
        return String(decoding: output.body ?? [], as: UTF8.self)
    }

    /// Names of the files that hold bytes of objects.
    func files() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: self.root + "/objects").compactMap { path in
            path.split(separator: "/").count == 2 ? String(path.split(separator: "/")[1]) : nil
        }
    }

    func write(file name: String) throws {
        let folder = "\(self.root)/objects/\(name.suffix(2))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data("left over".utf8).write(to: URL(filePath: "\(folder)/\(name)"))
    }
}
