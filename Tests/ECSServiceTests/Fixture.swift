import DeploymentDriving
import DeploymentEngine
import ECSAPI
import Logging
import Model
import Store
import WireProtocol

@testable import ECSService

#if canImport(Glibc)
    import Glibc
#endif

/// A store in a directory of its own, with the service's handlers behind in-process dispatch, one cluster and one family.
struct Fixture {
    let directory: String
    let store: Store
    let aws: AWSClient
    let scheduler: ServiceScheduler

    static func with(_ body: (Fixture) async throws -> Void) async throws {
        let fixture = try Fixture()
        defer { fixture.remove() }
        _ = try await fixture.aws.call(ECS.CreateCluster.self, .init(clusterName: "default"))
        try await body(fixture)
    }

    private init() throws {
        var template = Array("/tmp/teal-ecs-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw CannotMakeDirectory() }
        self.directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        self.store = try Store(path: self.directory + "/teal.db", logger: logger)
        let dispatch = InProcessDispatch(logger: logger)
        self.aws = AWSClient(
            transport: dispatch, scope: Scope(account: "123456789012", region: "us-east-1"),
            principal: .root(account: "123456789012"))
        let clock = StandingClock()
        let environment = TaskEnvironment { nil }
        var registry = OperationRegistry()
        ECSHandlers(
            store: self.store, aws: self.aws, clock: clock, taskEnvironment: environment, timeScale: .realTime,
            logger: logger
        ).register(in: &registry)
        dispatch.connect(registry)
        self.scheduler = ServiceScheduler(
            store: self.store, aws: self.aws, clock: clock, account: "123456789012", timeScale: .realTime,
            taskEnvironment: environment,
            logger: logger)
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

    /// Registers the next revision of `web`.
    func definition() async throws -> String {
        let output = try await self.aws.call(
            ECS.RegisterTaskDefinition.self,
            .init(family: "web", containerDefinitions: [.init(name: "app", image: "app:1", memory: 64)]))
        return output.taskDefinition?.taskDefinitionArn ?? ""
    }

    @discardableResult
    func service(_ name: String, desiredCount: Int = 0, definition: String = "web") async throws -> ECS.Service? {
        try await self.aws.call(
            ECS.CreateService.self, .init(serviceName: name, taskDefinition: definition, desiredCount: desiredCount)
        ).service
    }

    static let network = ECS.NetworkConfiguration(
        awsvpcConfiguration: .init(subnets: ["subnet-0123456789abcdef0"], securityGroups: ["sg-0123456789abcdef0"]))

    /// Registers `fargate`, whose tasks need a network.
    func fargateDefinition() async throws {
        _ = try await self.aws.call(
            ECS.RegisterTaskDefinition.self,
            .init(
                family: "fargate", networkMode: .awsvpc, containerDefinitions: [.init(name: "app", image: "app:1")],
                requiresCompatibilities: [.fargate], cpu: "256", memory: "512"))
    }

    /// Lets the scheduler and the deployments work until nothing is due any more.
    func settle() async throws {
        var agenda = try await self.scheduler.firstAgenda()
        while true {
            let isScheduled = try await !self.scheduler.work(through: &agenda).isEmpty
            let isDeployed = try await self.deploy()
            guard isScheduled || isDeployed else { return }
        }
    }

    /// Lets the deployments work until they wait.
    /// - Returns: whether one did anything.
    @discardableResult
    func deploy() async throws -> Bool {
        var hasActed = false
        for active in try await self.store.read({ try $0.activeServiceDeployments() }) {
            guard let stored = try await self.store.read({ try $0.serviceDeployment(active.id) }) else { continue }
            let driver = ServiceDeploymentDriver(
                id: active.id, service: stored.service, wakeTopics: [], scope: self.aws.scope, store: self.store,
                aws: self.aws,
                clock: StandingClock(), attemptLimit: .standard,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            while try await driver.turn() == .acted { hasActed = true }
        }
        return hasActed
    }

    /// Carries every task of the cluster on to RUNNING, as a runtime would, and lets the scheduler see it.
    func runTasks() async throws {
        try await self.settle()
        let now = StandingClock().now()
        try await self.store.write { transaction in
            for var task in try transaction.liveTasks() where task.machine.phase == .provisioning {
                task.machine.sandboxCreated(at: now)
                for container in task.machine.containers.map(\.name) {
                    task.machine.imagePrepared(of: container, digest: nil, at: now)
                }
                for container in task.machine.containers.map(\.name) {
                    task.machine.containerStarted(container, at: now - .seconds(60))
                }
                try transaction.save(task)
            }
        }
        try await self.settle()
    }

    /// Ends every task that has been asked to stop.
    func endStoppedTasks() async throws {
        let now = StandingClock().now()
        try await self.store.write { transaction in
            for var task in try transaction.liveTasks() where task.machine.stop != nil {
                for container in task.machine.containers.map(\.name) {
                    task.machine.containerExited(container, code: 0, outOfMemory: false, at: now)
                }
                task.machine.sandboxCreated(at: now)
                task.machine.sandboxRemoved(at: now)
                try transaction.save(task)
            }
        }
        try await self.settle()
    }

    func tasks(of service: String, desired: ECS.DesiredStatus = .running) async throws -> [ECS.Task] {
        let arns =
            try await self.aws.call(ECS.ListTasks.self, .init(serviceName: service, desiredStatus: desired)).taskArns
            ?? []
        return arns.isEmpty ? [] : try await self.aws.call(ECS.DescribeTasks.self, .init(tasks: arns)).tasks ?? []
    }

    /// The code of the error that `body` answers with; `nil` where it succeeds.
    func code(_ body: () async throws -> Void) async throws -> String? { try await self.error(body)?.code }

    func error(_ body: () async throws -> Void) async throws -> AWSError? {
        do {
            try await body()
            return nil
        } catch let error as AWSError {
            return error
        }
    }
}

extension Fixture {
    func deletions(at moment: Timestamp) -> TaskDefinitionDeletions {
        TaskDefinitionDeletions(
            store: self.store, clock: StandingClock(moment: moment), account: "123456789012", timeScale: .realTime,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }
}

struct CannotMakeDirectory: Error {}

/// Time that stands still.
struct StandingClock: WallClock {
    var moment = Timestamp(milliseconds: 1_800_000_000_000)

    func now() -> Timestamp { self.moment }
    func sleep(until deadline: Timestamp) async throws {}
}
