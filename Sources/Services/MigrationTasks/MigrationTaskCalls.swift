package import DeploymentEngine
package import ECSAPI
internal import Model
package import WireProtocol

/// Runs, looks at and stops the migration task of a deployment through the ECS API, whoever deploys. A task belongs to its
/// deployment by its client token and `startedBy`, so every call can be repeated after a crash.
package struct MigrationTaskCalls: Sendable {
    /// Where the tasks of the revision run that the deployment brings.
    package struct Placement: Sendable {
        package var launchType: ECS.LaunchType?
        package var strategy: [ECS.CapacityProviderStrategyItem]?
        package var platformVersion: String?
        package var network: ECS.NetworkConfiguration?

        package init(
            launchType: ECS.LaunchType?, strategy: [ECS.CapacityProviderStrategyItem]?, platformVersion: String?,
            network: ECS.NetworkConfiguration?
        ) {
            self.launchType = launchType
            self.strategy = strategy
            self.platformVersion = platformVersion
            self.network = network
        }
    }

    private let aws: AWSClient
    private let cluster: String

    package init(aws: AWSClient, cluster: String) {
        self.aws = aws
        self.cluster = cluster
    }

    /// - Returns: the task's ARN, the same for every call of this deployment.
    package func start(
        _ migration: MigrationTask, of taskDefinition: String, deployment id: String, service: String,
        placement: Placement
    ) async throws -> String? {
        let output = try await self.aws.call(
            ECS.RunTask.self,
            .init(
                capacityProviderStrategy: placement.strategy, cluster: self.cluster, count: 1,
                enableECSManagedTags: true, group: MigrationTask.group(ofService: service),
                launchType: placement.launchType, networkConfiguration: placement.network,
                overrides: .init(containerOverrides: [.init(name: migration.container, command: migration.command)]),
                platformVersion: placement.platformVersion, propagateTags: .taskDefinition,
                startedBy: MigrationTask.startedBy(deployment: id), taskDefinition: taskDefinition,
                clientToken: "migrate-\(id)"))
        return output.tasks?.first?.taskArn
    }

    package func look(at task: String) async throws -> MigrationSighting {
        let output = try await self.aws.call(ECS.DescribeTasks.self, .init(cluster: self.cluster, tasks: [task]))
        guard let found = output.tasks?.first else { return .vanished }
        guard found.lastStatus == "STOPPED" else { return .live }
        let name = found.overrides?.containerOverrides?.first { $0.command != nil }?.name
        let container = found.containers?.first { $0.name == name }
        let isCutShort = found.stopCode.map { $0 != .essentialContainerExited } ?? false
        // A task that never got going says so itself; what its container says is the nearer reason.
        let wasStarted = container?.exitCode != nil
        return .stopped(
            exitCode: container?.exitCode, isCutShort: isCutShort && wasStarted,
            reason: isCutShort && wasStarted
                ? found.stoppedReason : container?.reason ?? (wasStarted ? nil : found.stoppedReason))
    }

    /// - Returns: whether nothing of the deployment's migration runs any more.
    package func stop(ofDeployment id: String) async throws -> Bool {
        var hasStopped = true
        for status in [ECS.DesiredStatus.running, .stopped] {
            let arns = try await self.aws.call(
                ECS.ListTasks.self,
                .init(cluster: self.cluster, startedBy: MigrationTask.startedBy(deployment: id), desiredStatus: status)
            ).taskArns
            guard let arns, !arns.isEmpty else { continue }
            let tasks = try await self.aws.call(ECS.DescribeTasks.self, .init(cluster: self.cluster, tasks: arns)).tasks
            for task in tasks ?? [] where task.lastStatus != "STOPPED" {
                hasStopped = false
                guard status == .running, let arn = task.taskArn else { continue }
                _ = try await self.aws.call(
                    ECS.StopTask.self,
                    .init(cluster: self.cluster, task: arn, reason: "The deployment that ran it has ended."))
            }
        }
        return hasStopped
    }
}

extension MigrationTask {
    /// What a task definition's tags ask for; `nil` where they ask for none.
    /// - Throws: `MigrationTagError`.
    package init?(tags: [ECS.Tag]?) throws(MigrationTagError) {
        guard let tag = tags?.first(where: { $0.key == MigrationTask.tag }) else { return nil }
        try self.init(parsing: tag.value ?? "")
    }
}
