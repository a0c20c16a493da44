internal import DeploymentEngine
internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    /// Keeps tasks of services from being stopped by scale-in and deployments, for two hours where nothing else is said.
    func updateTaskProtection(
        _ input: ECS.UpdateTaskProtection.Input, _ context: RequestContext
    ) async throws -> ECS.UpdateTaskProtection.Output {
        let now = self.clock.now()
        let cluster = ECSNames.cluster(input.cluster)
        let end = try TaskProtection.end(
            isEnabled: input.protectionEnabled, expiresInMinutes: input.expiresInMinutes, at: now)
        guard (1...10).contains(input.tasks.count) else {
            throw ECS.Errors.invalidParameterException("tasks must have 1 to 10 items, not \(input.tasks.count).")
        }
        return try await self.store.write { transaction in
            let (found, failures) = try transaction.protectable(input.tasks, cluster: cluster, in: context.scope)
            var protected: [ECS.ProtectedTask] = []
            for var task in found {
                task.protectedUntil = end
                try transaction.save(task)
                protected.append(TaskProtection.shape(task, in: context.scope, at: now))
            }
            return .init(protectedTasks: protected, failures: failures)
        }
    }

    func getTaskProtection(
        _ input: ECS.GetTaskProtection.Input, _ context: RequestContext
    ) async throws -> ECS.GetTaskProtection.Output {
        let now = self.clock.now()
        let cluster = ECSNames.cluster(input.cluster)
        let tasks = input.tasks ?? []
        guard (1...100).contains(tasks.count) else {
            throw ECS.Errors.invalidParameterException("tasks must have 1 to 100 items, not \(tasks.count).")
        }
        return try await self.store.read { snapshot in
            let (found, failures) = try snapshot.protectable(tasks, cluster: cluster, in: context.scope)
            return .init(
                protectedTasks: found.map { TaskProtection.shape($0, in: context.scope, at: now) }, failures: failures)
        }
    }
}

/// Task scale-in protection, as the API and the task's own endpoint show it.
enum TaskProtection {
    /// - Returns: `nil` where protection is taken away.
    /// - Throws: `InvalidParameterException` outside 1 to 2880 minutes.
    static func end(isEnabled: Bool, expiresInMinutes: Int?, at now: Timestamp) throws -> Timestamp? {
        if let minutes = expiresInMinutes, !(1...2880).contains(minutes) {
            throw ECS.Errors.invalidParameterException("expiresInMinutes must be between 1 and 2880, not \(minutes).")
        }
        return isEnabled ? now + .seconds(60 * (expiresInMinutes ?? 120)) : nil
    }

    static func shape(_ task: StoredTask, in scope: Scope, at now: Timestamp) -> ECS.ProtectedTask {
        let end = task.protectedUntil.flatMap { $0 > now ? $0 : nil }
        return ECS.ProtectedTask(
            taskArn: scope.taskARN(task.id, cluster: task.cluster), protectionEnabled: end != nil, expirationDate: end)
    }
}

extension StoreSnapshot {
    /// Running tasks of services, and a failure for each of the others (ECS guide, API failure reasons).
    /// - Throws: `ClusterNotFoundException`.
    func protectable(_ names: [String], cluster: String, in scope: Scope) throws -> (
        tasks: [StoredTask], failures: [ECS.Failure]
    ) {
        _ = try self.requireCluster(cluster, in: scope)
        var (tasks, failures): ([StoredTask], [ECS.Failure]) = ([], [])
        for name in names {
            let id = ECSNames.task(name)
            let arn = scope.taskARN(id, cluster: cluster)
            guard let task = try self.task(id), task.cluster == cluster, task.region == scope.region,
                task.machine.stop == nil
            else {
                failures.append(
                    .init(
                        arn: arn, reason: "TASK_NOT_FOUND", detail: "The specified task was not found or does not run.")
                )
                continue
            }
            guard task.service != nil else {
                failures.append(
                    .init(
                        arn: arn, reason: "TASK_NOT_VALID",
                        detail: "The specified task is not part of an Amazon ECS service."))
                continue
            }
            tasks.append(task)
        }
        return (tasks, failures)
    }
}
