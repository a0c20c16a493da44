internal import CloudWatchAPI
internal import CodeDeployAPI
internal import ECSAPI
internal import ELBv2API
internal import FoundationEssentials
internal import IAMAPI
internal import LambdaAPI
internal import Logging
internal import LogsAPI
internal import Model
internal import ProcessRuntime
internal import S3API
internal import STSAPI
internal import ServerFiles
internal import Store
internal import Testing
internal import WireProtocol

@testable internal import Server

/// What is generated, what is documented and what has a handler are the same operations.
struct RegistryTests {
    private static let generated: [(service: ServiceDescription, operations: [any AWSOperation.Type])] = [
        (CloudWatch.service, CloudWatch.operations), (CodeDeploy.service, CodeDeploy.operations),
        (ECS.service, ECS.operations), (ELBv2.service, ELBv2.operations),
        (IAM.service, IAM.operations), (Lambda.service, Lambda.operations), (Logs.service, Logs.operations),
        (S3.service, S3.operations), (STS.service, STS.operations),
    ]

    /// Of a control plane over a temporary folder that nothing runs in.
    private func registry() throws -> OperationRegistry {
        let folder = FileManager.default.temporaryDirectory.path + "/registry-" + Identifiers.uuid()
        // Nothing can be done about a folder that does not go away.
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let directory = DataDirectory(path: folder)
        try directory.create()
        let logger = Logger(label: "test")
        let configuration = ServerConfiguration(
            listeners: [], dataDirectory: directory, scope: Scope(account: "123456789012", region: "us-east-1"),
            runtime: .process,
            executable: "/bin/false")
        let runtime = try HostProcessRuntime(
            tasksFolder: directory.tasks, shim: .init(executable: "/bin/false", arguments: []), searchPath: "/bin",
            logger: logger)
        let plane = try ControlPlane(
            configuration, secret: "secret", store: try Store(path: directory.database, logger: logger),
            logStore: try LogStore(path: directory.logDatabase),
            metricStore: try MetricStore(path: directory.metricDatabase), runtime: runtime,
            endpoints: Endpoints(local: "http://127.0.0.1:1", forTasks: "http://127.0.0.1:1"), clock: SystemWallClock(),
            logger: logger)
        return plane.registry
    }

    @Test func everyGeneratedOperationHasAHandlerAndNoOther() throws {
        let registry = try self.registry()
        #expect(Set(registry.services.keys) == Set(Self.generated.map(\.service.name)))
        for (service, operations) in Self.generated {
            let handled = Set((registry.services[service.name]?.operations ?? [:]).keys)
            #expect(handled == Set(operations.map { $0.name }), "\(service.name)")
        }
    }

    @Test func theTableOfOperationsListsWhatIsServed() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let table = try String(contentsOf: root.appending(path: "docs/operations-table.md"), encoding: .utf8)
        for (service, operations) in Self.generated {
            let names = operations.map { $0.name }.sorted()
            let row =
                "| \(service.name) (\(names.count) of \(service.operationNames.count)) | \(names.joined(separator: ", ")) |"
            #expect(table.contains(row), "\(service.name): run make generate")
        }
    }
}
