internal import DeploymentEngine
internal import ECSAPI
internal import LogsAPI
internal import Model
internal import WireProtocol

/// Why tasks of a service stopped, by the APIs of ECS and CloudWatch Logs.
struct StoppedTasks: Sendable {
    let aws: AWSClient
    let cluster: String
    let service: String

    /// The last to stop first.
    /// - Parameter start: of the deployment; tasks that were made before are left out.
    func look(since start: Timestamp?) async throws -> [DeploymentFacts.StoppedTask] {
        let arns = try await self.aws.call(
            ECS.ListTasks.self, .init(cluster: self.cluster, serviceName: self.service, desiredStatus: .stopped)
        ).taskArns
        guard let arns, !arns.isEmpty else { return [] }
        let tasks =
            try await self.aws.call(
                ECS.DescribeTasks.self, .init(cluster: self.cluster, tasks: Array(arns.prefix(100)))
            ).tasks ?? []
        let relevant = tasks.filter { task in
            guard let start, let createdAt = task.createdAt else { return true }
            return createdAt >= start
        }.sorted { ($0.stoppedAt ?? .epoch) > ($1.stoppedAt ?? .epoch) }
        var stopped: [DeploymentFacts.StoppedTask] = []
        for task in relevant.prefix(5) {
            var containers: [DeploymentFacts.StoppedTask.Container] = []
            for container in task.containers ?? [] { containers.append(try await self.container(container, of: task)) }
            stopped.append(
                .init(
                    id: ARN(task.taskArn ?? "")?.resourceSegments.last ?? task.taskArn ?? "",
                    stopCode: task.stopCode?.rawValue, reason: task.stoppedReason, containers: containers))
        }
        return stopped
    }

    private func container(
        _ container: ECS.Container, of task: ECS.Task
    ) async throws -> DeploymentFacts.StoppedTask.Container {
        var found = DeploymentFacts.StoppedTask.Container(
            name: container.name ?? "", image: container.image, exitCode: container.exitCode, reason: container.reason)
        guard container.exitCode != nil, let definition = task.taskDefinitionArn else { return found }
        let output = try await self.aws.call(
            ECS.DescribeTaskDefinition.self, .init(taskDefinition: definition))
        let own = output.taskDefinition?.containerDefinitions?.first { $0.name == container.name }
        guard own?.logConfiguration?.logDriver == .awslogs, let options = own?.logConfiguration?.options,
            let group = options["awslogs-group"], let prefix = options["awslogs-stream-prefix"],
            let id = task.taskArn.flatMap({ ARN($0) })?.resourceSegments.last
        else { return found }
        found.logGroup = group
        let input = Logs.GetLogEvents.Input(
            logGroupName: group, logStreamName: "\(prefix)/\(found.name)/\(id)", limit: 1, startFromHead: false)
        // It may have written nothing: then there is no stream.
        found.lastLine = try? await self.aws.call(Logs.GetLogEvents.self, input).events?.last?.message
        return found
    }
}
