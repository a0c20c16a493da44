internal import DeploymentEngine
internal import ECSAPI
internal import ELBv2API
internal import LambdaAPI
internal import ListenerRouting
internal import MigrationTasks
internal import Model
internal import Store
internal import WireProtocol

/// Performs one command of a deployment through the APIs of ECS, ELBv2 and Lambda, once. Decides nothing: a result goes
/// back to the deployment's machine, which asks again where that makes sense.
struct CommandExecutor: Sendable {
    enum Result: Sendable {
        case inspected(CodeDeployDeployment.ServiceInspection)
        case created(CodeDeployDeployment.TaskSetID)
        case migrating(task: String)
        case done
        case failed(CodeDeployDeployment.CommandFailure)
    }

    let aws: AWSClient
    let deployment: StoredDeployment

    private var route: DeploymentRoute { self.deployment.route }
    private var facts: ServiceFacts { ServiceFacts(aws: self.aws, route: self.route) }

    /// - Throws: `CancellationError` only.
    func perform(_ command: CodeDeployDeployment.Command) async throws -> Result {
        do {
            switch command.action {
            case .inspectService:
                return .inspected(try await self.inspectService())
            case .startMigration(let migration):
                return .migrating(task: try await self.startMigration(migration))
            case .stopMigration:
                guard try await self.migrations.stop(ofDeployment: self.deployment.machine.id.rawValue) else {
                    throw CommandRefusal.notYet("the migration task has not stopped yet")
                }
            case .createTaskSet(let group):
                return .created(try await self.createTaskSet(in: group, token: command.id))
            case .setProductionTraffic(let traffic, let health):
                try await self.checkHealth(health)
                try await self.setProductionTraffic(traffic)
            case .setTestTraffic(let group):
                try await self.setTestTraffic(to: group)
            case .invokeHook(let hook):
                try await self.invoke(hook)
            case .updatePrimaryTaskSet(let id):
                _ = try await self.aws.call(
                    ECS.UpdateServicePrimaryTaskSet.self,
                    .init(cluster: self.route.cluster, service: self.route.service, primaryTaskSet: id.rawValue))
            case .deleteTaskSet(let id):
                try await self.deleteTaskSet(id)
            }
            return .done
        } catch let refusal as CommandRefusal {
            return .failed(refusal.failure)
        } catch let error as CancellationError {
            throw error
        } catch {
            return .failed(CodeDeployDeployment.CommandFailure(error))
        }
    }
}

extension CommandExecutor {
    // MARK: Inspection

    private func inspectService() async throws -> CodeDeployDeployment.ServiceInspection {
        let service = try await self.facts.service()
        let live = (service.taskSets ?? []).filter { $0.status == "PRIMARY" || $0.status == "ACTIVE" }
        guard let primary = live.first(where: { $0.status == "PRIMARY" }) else {
            throw CommandRefusal.rejected(
                "The ECS service \(self.route.service) has no PRIMARY task set.", .invalidECSService)
        }
        let pair = self.deployment.machine.plan.targetGroups
        guard let primaryGroup = primary.targetGroup, pair.other(than: primaryGroup) != nil else {
            throw CommandRefusal.rejected(
                "The PRIMARY task set of the ECS service \(self.route.service) is in neither target group of the deployment group.",
                .invalidECSService)
        }
        let rules = try await self.facts.rules(of: self.route.productionListener).production(of: pair)
        guard rules.contains(where: { $0.forwardWeights[primaryGroup.rawValue] != nil }) else {
            throw CommandRefusal.loadBalancer("Primary taskset target group must be behind listener")
        }
        var migration: MigrationTask?
        switch self.deployment.machine.plan.purpose {
        case .release(let release):
            migration = try await self.checkTaskDefinition(release.replacement)
            try self.refuseServiceDiscovery(primary)
            try self.refuseStrangers(in: rules, of: self.route.productionListener)
            if let listener = self.route.testListener {
                try self.refuseStrangers(in: try await self.facts.rules(of: listener).test(of: pair), of: listener)
            }
        // Nothing that was found in order at the start may bar the way back.
        case .rollback: break
        }
        var found: [CodeDeployDeployment.ServiceInspection.FoundTaskSet] = []
        for taskSet in live {
            guard let id = taskSet.id, let group = taskSet.targetGroup else { continue }
            found.append(
                .init(
                    taskSet: .init(id: .init(rawValue: id), targetGroup: group), isPrimary: taskSet.status == "PRIMARY",
                    health: try await self.facts.health(of: taskSet)))
        }
        return CodeDeployDeployment.ServiceInspection(
            taskSets: found,
            productionIsOnPrimary: rules.allSatisfy { rule in
                rule.forwardWeights.allSatisfy { $0.key == primaryGroup.rawValue || $0.value == 0 }
            }, migration: migration)
    }

    /// - Returns: the migration that it asks for.
    private func checkTaskDefinition(
        _ replacement: CodeDeployDeployment.ReplacementParameters
    ) async throws -> MigrationTask? {
        let name = replacement.taskDefinition
        let output: ECS.DescribeTaskDefinition.Output
        do {
            output = try await self.aws.call(
                ECS.DescribeTaskDefinition.self, .init(taskDefinition: name, include: [.tags]))
        } catch let error as AWSError where error.code == "ClientException" || error.code == "InvalidParameterException"
        {
            // Both say that the name is no good, and the name is all that was asked with.
            throw CommandRefusal.rejected(
                "The task definition \(name) in the AppSpec file cannot be found: \(error.message)", .invalidRevision)
        }
        let taskDefinition = output.taskDefinition
        guard taskDefinition?.status != .inactive else {
            throw CommandRefusal.rejected(
                "The task definition \(name) in the AppSpec file is INACTIVE.", .invalidRevision)
        }
        guard
            let container = taskDefinition?.containerDefinitions?.first(where: { $0.name == replacement.containerName })
        else {
            throw CommandRefusal.rejected(
                "The container \(replacement.containerName) in the AppSpec file does not exist in the task definition \(name).",
                .invalidRevision)
        }
        guard (container.portMappings ?? []).contains(where: { $0.containerPort == replacement.containerPort }) else {
            throw CommandRefusal.rejected(
                "The container \(replacement.containerName) in the task definition \(name) does not map the container port "
                    + "\(replacement.containerPort) of the AppSpec file.", .invalidRevision)
        }
        do {
            return try MigrationTask(tags: output.tags)
        } catch {
            throw CommandRefusal.rejected("\(error)", .invalidRevision)
        }
    }

    /// Traffic that goes to a third group would make every share of the pair a wrong one.
    private func refuseStrangers(in rules: [ELBv2.Rule], of listener: String) throws {
        let pair = self.deployment.machine.plan.targetGroups
        for rule in rules {
            guard let stranger = rule.groups(besides: pair).first else { continue }
            let name = rule.isDefault == true ? "default rule" : "rule \(rule.ruleArn ?? "")"
            throw CommandRefusal.loadBalancer(
                "The \(name) of the listener \(listener) forwards to the target group \(stranger), which is not one of the "
                    + "deployment group's pair")
        }
    }

    /// Green could not be found under the names by which blue is known.
    private func refuseServiceDiscovery(_ primary: ECS.TaskSet) throws {
        guard primary.serviceRegistries?.isEmpty ?? true else {
            throw CommandRefusal.rejected(
                "The ECS service \(self.route.service) has serviceRegistries, which are not supported.",
                .invalidECSService)
        }
    }

    // MARK: Task sets

    private func createTaskSet(
        in group: CodeDeployDeployment.TargetGroupID, token: CodeDeployDeployment.CommandID
    ) async throws -> CodeDeployDeployment.TaskSetID {
        guard case .release(let release) = self.deployment.machine.plan.purpose else {
            throw CommandRefusal.rejected("a rollback creates no task set", .internalError)
        }
        let replacement = release.replacement
        let placement = try await self.placement(of: replacement)
        let output = try await self.aws.call(
            ECS.CreateTaskSet.self,
            .init(
                service: self.route.service, cluster: self.route.cluster,
                externalId: self.deployment.machine.id.rawValue,
                taskDefinition: replacement.taskDefinition, networkConfiguration: placement.network,
                loadBalancers: [
                    ECS.LoadBalancer(
                        targetGroupArn: group.rawValue, containerName: replacement.containerName,
                        containerPort: replacement.containerPort)
                ],
                launchType: placement.launchType, capacityProviderStrategy: placement.strategy,
                platformVersion: placement.platformVersion, scale: ECS.Scale(value: 100, unit: .percent),
                clientToken: token.description))
        guard let id = output.taskSet?.id else {
            throw CommandRefusal(.transient(reason: "CreateTaskSet answered without a task set"))
        }
        return CodeDeployDeployment.TaskSetID(rawValue: id)
    }

    /// Where tasks of the revision run. What the AppSpec leaves out comes from the PRIMARY task set.
    private func placement(
        of replacement: CodeDeployDeployment.ReplacementParameters
    ) async throws -> MigrationTaskCalls.Placement {
        let service = try await self.facts.service()
        let primary = service.taskSets?.first { $0.status == "PRIMARY" }
        let network = replacement.network.map { network in
            ECS.NetworkConfiguration(
                awsvpcConfiguration: ECS.AwsVpcConfiguration(
                    subnets: network.subnets, securityGroups: network.securityGroups,
                    assignPublicIp: network.assignPublicIP.map(ECS.AssignPublicIp.init(rawValue:))))
        }
        let providers = replacement.capacityProviders?.map {
            ECS.CapacityProviderStrategyItem(capacityProvider: $0.name, weight: $0.weight, base: $0.base)
        }
        let strategy = providers ?? primary?.capacityProviderStrategy
        let usesStrategy = strategy.map { !$0.isEmpty } ?? false
        return MigrationTaskCalls.Placement(
            launchType: usesStrategy ? nil : primary?.launchType, strategy: usesStrategy ? strategy : nil,
            platformVersion: replacement.platformVersion ?? primary?.platformVersion,
            network: network ?? primary?.networkConfiguration)
    }

    private func deleteTaskSet(_ id: CodeDeployDeployment.TaskSetID) async throws {
        do {
            _ = try await self.aws.call(
                ECS.DeleteTaskSet.self,
                .init(cluster: self.route.cluster, service: self.route.service, taskSet: id.rawValue, force: true))
        } catch let error as AWSError where error.code == "TaskSetNotFoundException" {
            return
        }
    }

    // MARK: Migration

    private var migrations: MigrationTaskCalls { MigrationTaskCalls(aws: self.aws, cluster: self.route.cluster) }

    private func startMigration(_ migration: MigrationTask) async throws -> String {
        guard case .release(let release) = self.deployment.machine.plan.purpose else {
            throw CommandRefusal.rejected("a rollback runs no migration", .internalError)
        }
        let task = try await self.migrations.start(
            migration, of: release.replacement.taskDefinition, deployment: self.deployment.machine.id.rawValue,
            service: self.route.service, placement: try await self.placement(of: release.replacement))
        guard let task else { throw CommandRefusal(.transient(reason: "RunTask answered without a task")) }
        return task
    }

    // MARK: Traffic

    private func checkHealth(_ condition: CodeDeployDeployment.HealthCondition) async throws {
        switch condition {
        case .none: return
        case .needsHealthyTarget(let group):
            guard try await self.facts.healthyTargets(in: group) > 0 else {
                throw CommandRefusal.notYet("target group \(group) has no healthy target")
            }
        }
    }

    private func setProductionTraffic(_ traffic: CodeDeployDeployment.ProductionTraffic) async throws {
        let rules = try await self.facts.rules(of: self.route.productionListener)
            .production(of: self.deployment.machine.plan.targetGroups)
        guard !rules.isEmpty else {
            throw CommandRefusal.loadBalancer("Primary taskset target group must be behind listener")
        }
        try await self.write(
            [(traffic.original, traffic.originalPercent), (traffic.replacement, traffic.replacementPercent)],
            into: rules,
            of: self.route.productionListener)
    }

    private func setTestTraffic(to group: CodeDeployDeployment.TargetGroupID) async throws {
        guard let listener = self.route.testListener else { return }
        let pair = self.deployment.machine.plan.targetGroups
        let rules = try await self.facts.rules(of: listener).test(of: pair)
        let idle = pair.other(than: group)
        try await self.write([(group, 100)] + (idle.map { [($0, 0)] } ?? []), into: rules, of: listener)
    }

    private func write(
        _ weights: [(group: CodeDeployDeployment.TargetGroupID, weight: Int)], into rules: [ELBv2.Rule],
        of listener: String
    ) async throws {
        let weights = weights.map { ForwardWeight($0.group.rawValue, $0.weight) }
        guard try await RuleForwarding(self.aws).write(weights, into: rules, of: listener) else {
            throw CommandRefusal.notYet("the load balancer does not serve the new weights yet")
        }
    }

    // MARK: Hooks

    private func invoke(_ hook: CodeDeployDeployment.Hook) async throws {
        let payload = JSONValue.object([
            .init("DeploymentId", .string(self.deployment.machine.id.rawValue)),
            .init("LifecycleEventHookExecutionId", .string(hook.execution.rawValue)),
        ])
        _ = try await self.aws.call(
            Lambda.Invoke.self,
            .init(functionName: hook.function, invocationType: .event, payload: payload.serialized))
    }
}
