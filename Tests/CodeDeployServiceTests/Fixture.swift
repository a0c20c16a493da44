import CodeDeployAPI
import CodeDeployService
import DeploymentDriving
import DeploymentEngine
import Foundation
import Logging
import Model
import ServiceLifecycle
import Store
import WireProtocol

/// The CodeDeploy service over a store of its own, with everything around it faked.
struct Fixture: Sendable {
    let world = FakeWorld()
    let clock = SteppingClock(Timestamp(seconds: 1_700_000_000))
    let directory: String
    let store: Store
    let client: AWSClient
    private let handlers: CodeDeployHandlers

    init(wakeSource: WakeSource = .changes) throws {
        self.directory = NSTemporaryDirectory() + "teal-codedeploy-" + Identifiers.hex(12)
        try FileManager.default.createDirectory(atPath: self.directory, withIntermediateDirectories: true)
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        self.store = try Store(path: self.directory + "/teal.db", logger: logger)
        let dispatch = InProcessDispatch(logger: logger)
        self.client = AWSClient(
            transport: dispatch, scope: FakeWorld.scope, principal: .root(account: FakeWorld.scope.account))
        self.handlers = CodeDeployHandlers(
            store: self.store, aws: self.client, clock: self.clock, timeScale: .realTime, wakeSource: wakeSource,
            attemptLimit: AttemptLimit { [clock = self.world.attemptClock] in try await clock.sleep(for: .seconds(30))
            },
            logger: logger)
        var registry = OperationRegistry()
        self.handlers.register(in: &registry)
        self.world.register(in: &registry, client: self.client)
        dispatch.connect(registry)
    }

    static func with(wakeSource: WakeSource = .changes, _ body: (Fixture) async throws -> Void) async throws {
        let fixture = try Fixture(wakeSource: wakeSource)
        defer { fixture.remove() }
        try await body(fixture)
    }

    private func remove() {
        // Left-overs of a test in the temporary directory harm nobody.
        try? self.store.close()
        try? FileManager.default.removeItem(atPath: self.directory)
    }

    /// Runs the controller while `body` runs. Returning is like a crash: whatever was under way is dropped.
    func driving(_ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for service in self.handlers.services { group.addTask { try await service.run() } }
            defer { group.cancelAll() }
            try await body()
        }
    }

    func call<Operation: AWSOperation>(_ operation: Operation.Type, _ input: Operation.Input) async throws
        -> Operation.Output
    {
        try await self.client.call(operation, input)
    }

    /// Application `app` with group `group` for `cluster:svc`.
    func createGroup(_ change: (inout CodeDeploy.CreateDeploymentGroup.Input) -> Void = { _ in }) async throws {
        _ = try await self.call(CodeDeploy.CreateApplication.self, .init(applicationName: "app", computePlatform: .ecs))
        _ = try await self.call(CodeDeploy.CreateDeploymentGroup.self, Self.group(change))
    }

    static func group(
        _ change: (inout CodeDeploy.CreateDeploymentGroup.Input) -> Void = { _ in }
    ) -> CodeDeploy.CreateDeploymentGroup.Input {
        var input = CodeDeploy.CreateDeploymentGroup.Input(
            applicationName: "app", deploymentGroupName: "group",
            deploymentConfigName: "CodeDeployDefault.ECSAllAtOnce",
            serviceRoleArn: "arn:aws:iam::123456789012:role/codedeploy",
            deploymentStyle: .init(deploymentType: .blueGreen, deploymentOption: .withTrafficControl),
            blueGreenDeploymentConfiguration: .init(
                terminateBlueInstancesOnDeploymentSuccess: .init(action: .terminate, terminationWaitTimeInMinutes: 5),
                deploymentReadyOption: .init(actionOnTimeout: .continueDeployment)),
            loadBalancerInfo: .init(targetGroupPairInfoList: [
                .init(
                    targetGroups: [.init(name: "blue"), .init(name: "green")],
                    prodTrafficRoute: .init(listenerArns: [FakeWorld.production]),
                    testTrafficRoute: .init(listenerArns: [FakeWorld.test]))
            ]),
            ecsServices: [.init(serviceName: "svc", clusterName: "cluster")])
        change(&input)
        return input
    }

    static func appSpec(taskDefinition: String = "app:2", hooks: [(String, String)] = []) -> String {
        """
        version: 0.0
        Resources:
          - TargetService:
              Type: AWS::ECS::Service
              Properties:
                TaskDefinition: "\(taskDefinition)"
                LoadBalancerInfo: {ContainerName: web, ContainerPort: 80}

        """ + (hooks.isEmpty ? "" : "Hooks:\n" + hooks.map { "  - \($0.0): \"\($0.1)\"\n" }.joined())
    }

    func deploy(
        hooks: [(String, String)] = [], taskDefinition: String = "app:2",
        _ change: (inout CodeDeploy.CreateDeployment.Input) -> Void = { _ in }
    ) async throws -> String {
        var input = CodeDeploy.CreateDeployment.Input(
            applicationName: "app", deploymentGroupName: "group",
            revision: .init(
                revisionType: .appSpecContent,
                appSpecContent: .init(content: Self.appSpec(taskDefinition: taskDefinition, hooks: hooks))))
        change(&input)
        return try await self.call(CodeDeploy.CreateDeployment.self, input).deploymentId ?? ""
    }

    func information(_ id: String) async throws -> CodeDeploy.DeploymentInfo {
        try await self.call(CodeDeploy.GetDeployment.self, .init(deploymentId: id)).deploymentInfo ?? .init()
    }

    func target(_ id: String) async throws -> CodeDeploy.ECSTarget {
        try await self.call(CodeDeploy.GetDeploymentTarget.self, .init(deploymentId: id, targetId: "cluster:svc"))
            .deploymentTarget?.ecsTarget ?? .init()
    }

    /// Waits for the deployment to be so, without moving the clock.
    func until(_ id: String, _ predicate: @escaping @Sendable (CodeDeployDeployment) -> Bool) async throws {
        for await _ in self.store.changes.watch([.deployments], [.codeDeployDeployment(.init(rawValue: id))]) {
            let stored = try await self.store.read { try $0.codeDeployDeployment(.init(rawValue: id)) }
            if let stored, predicate(stored.machine) { return }
        }
    }

    /// Waits for the deployment to be so, letting time pass.
    func letPass(_ id: String, until predicate: @escaping @Sendable (CodeDeployDeployment) -> Bool) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.clock.runFree() }
            defer { group.cancelAll() }
            try await self.until(id, predicate)
        }
    }

    /// Lets time pass until the deployment has ended, and the one that rolls it back too.
    func end(of id: String) async throws -> CodeDeploy.DeploymentInfo {
        try await self.letPass(id) { !$0.status.isActive }
        let information = try await self.information(id)
        if let rollback = information.rollbackInfo?.rollbackDeploymentId {
            try await self.letPass(rollback) { !$0.status.isActive }
        }
        return information
    }
}
