internal import DeploymentEngine
internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    /// Starts one-off tasks. Idempotent by client token: the tasks of the first call are answered.
    func runTask(_ input: ECS.RunTask.Input, _ context: RequestContext) async throws -> ECS.RunTask.Output {
        let scope = context.scope
        let cluster = ECSNames.cluster(input.cluster)
        let count = input.count ?? 1
        guard (1...10).contains(count) else {
            throw ECS.Errors.invalidParameterException("count must be between 1 and 10, not \(count)")
        }
        guard input.launchType == nil || input.capacityProviderStrategy?.isEmpty != false else {
            throw ECS.Errors.invalidParameterException(
                "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again."
            )
        }
        guard input.volumeConfigurations?.isEmpty != false else {
            throw ECS.Errors.invalidParameterException("volumeConfigurations is not supported by Teal")
        }
        guard input.propagateTags != .service else {
            throw ECS.Errors.invalidParameterException(
                "propagateTags SERVICE is not valid for RunTask; use TASK_DEFINITION.")
        }
        let tags = try ECSTags(input.tags)
        let now = self.clock.now()
        return try await self.store.write { transaction in
            _ = try transaction.requireCluster(cluster, in: scope)
            if let token = input.clientToken {
                let earlier = try transaction.tasks(clientToken: token, cluster: cluster, region: scope.region)
                if !earlier.isEmpty {
                    try Self.checkRepeat(of: earlier, by: input, count: count, transaction, in: scope)
                    return .init(
                        tasks: try earlier.map { try transaction.described($0, tags: true, in: scope) }, failures: [])
                }
            }
            let definition = try transaction.requireActiveTaskDefinition(input.taskDefinition, in: scope)
            try ServiceRules.check(input.networkConfiguration, with: definition)
            try Self.check(input.overrides, definition)
            var blueprint = TaskBlueprint(
                definition: definition, cluster: cluster, scope: scope, taskEnvironment: self.taskEnvironment)
            blueprint.overrides = input.overrides ?? ECS.TaskOverride()
            blueprint.launchType = input.launchType ?? .ec2
            blueprint.platformVersion =
                input.launchType == .fargate ? input.platformVersion ?? "LATEST" : input.platformVersion
            blueprint.network = input.networkConfiguration
            blueprint.enableExecuteCommand = input.enableExecuteCommand ?? false
            let propagated = try PropagatedTags(
                source: input.propagateTags, managed: input.enableECSManagedTags ?? false,
                definition: definition.taskDefinitionArn ?? "",
                cluster: cluster, service: nil
            ).tags(transaction, in: scope)
            var tasks: [ECS.Task] = []
            for _ in 0..<count {
                let task = try blueprint.task(
                    group: input.group ?? "family:\(definition.family ?? "")", service: nil, revision: nil,
                    startedBy: input.startedBy,
                    clientToken: input.clientToken, at: now)
                try transaction.save(task)
                try transaction.addECSTags(propagated + tags.stored, to: scope.taskARN(task.id, cluster: cluster))
                tasks.append(try transaction.described(task, tags: true, in: scope))
            }
            return .init(tasks: tasks, failures: [])
        }
    }

    /// A client token stands for one request (RunTask, `clientToken`).
    /// - Throws: `ConflictException` naming the tasks of the first call.
    private static func checkRepeat(
        of tasks: [StoredTask], by input: ECS.RunTask.Input, count: Int, _ snapshot: StoreSnapshot, in scope: Scope
    ) throws {
        let definition = try snapshot.requireActiveTaskDefinition(input.taskDefinition, in: scope).taskDefinitionArn
        let isSame =
            try tasks.count == count
            && tasks.allSatisfy { task in
                try task.startedBy == input.startedBy && (input.group == nil || task.group == input.group)
                    && TaskAssembly.decode(task.body).taskDefinitionARN == definition
            }
        guard !isSame else { return }
        throw ECS.Errors.conflictException(
            "The client token was used for a request with other parameters.",
            resourceIds: tasks.map { scope.taskARN($0.id, cluster: $0.cluster) })
    }

    private static func check(_ overrides: ECS.TaskOverride?, _ definition: ECS.TaskDefinition) throws {
        for override in overrides?.containerOverrides ?? [] {
            let name = override.name ?? ""
            guard definition.containerDefinitions?.contains(where: { $0.name == name }) == true else {
                throw ECS.Errors.invalidParameterException(
                    "Override for container named \(name) is not a container in the TaskDefinition.")
            }
            guard override.environmentFiles?.isEmpty != false else {
                throw ECS.Errors.invalidParameterException(
                    "environmentFiles of container \(name) is not supported by Teal")
            }
        }
    }

    /// Works on a task in any state; the first reason stays.
    func stopTask(_ input: ECS.StopTask.Input, _ context: RequestContext) async throws -> ECS.StopTask.Output {
        let cluster = ECSNames.cluster(input.cluster)
        let id = ECSNames.task(input.task)
        let now = self.clock.now()
        return try await self.store.write { transaction in
            _ = try transaction.requireCluster(cluster, in: context.scope)
            guard var task = try transaction.task(id), task.cluster == cluster, task.region == context.scope.region
            else {
                throw ECS.Errors.invalidParameterException("The referenced task was not found.")
            }
            task.machine.stopRequested(
                TaskStop(.userInitiated, reason: input.reason ?? "Task stopped by user"), at: now)
            try transaction.save(task)
            return .init(task: try transaction.described(task, tags: true, in: context.scope))
        }
    }
}
