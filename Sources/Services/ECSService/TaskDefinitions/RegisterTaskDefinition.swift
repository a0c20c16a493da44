internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    /// Makes the family's next revision. Every member is kept and echoed with AWS's defaults.
    func registerTaskDefinition(
        _ input: ECS.RegisterTaskDefinition.Input, _ context: RequestContext
    ) async throws -> ECS.RegisterTaskDefinition.Output {
        let rules = TaskDefinitionRules(input)
        try rules.check()
        let tags = try ECSTags(input.tags)
        try MigrationTag.check(tags, input.containerDefinitions)
        let now = self.clock.now()
        return try await self.store.write { transaction in
            let revision = try transaction.nextRevision(family: input.family, region: context.scope.region)
            let arn = context.scope.taskDefinitionARN(family: input.family, revision: revision)
            let shape = ECS.TaskDefinition(
                taskDefinitionArn: arn, containerDefinitions: rules.containersWithDefaults, family: input.family,
                taskRoleArn: input.taskRoleArn, executionRoleArn: input.executionRoleArn,
                networkMode: rules.networkMode, revision: revision,
                volumes: input.volumes ?? [], status: .active, requiresAttributes: [],
                placementConstraints: input.placementConstraints ?? [],
                compatibilities: rules.compatibilities, runtimePlatform: input.runtimePlatform,
                requiresCompatibilities: input.requiresCompatibilities, cpu: try rules.cpu, memory: try rules.memory,
                inferenceAccelerators: input.inferenceAccelerators, pidMode: input.pidMode, ipcMode: input.ipcMode,
                proxyConfiguration: input.proxyConfiguration, registeredAt: now,
                registeredBy: "arn:\(context.scope.partition):iam::\(context.scope.account):root",
                ephemeralStorage: input.ephemeralStorage,
                enableFaultInjection: input.enableFaultInjection)
            try transaction.save(
                StoredTaskDefinition(
                    region: context.scope.region, family: input.family, revision: revision, status: .active,
                    body: StoredShape.encode(shape)))
            try transaction.addECSTags(tags.stored, to: arn)
            return ECS.RegisterTaskDefinition.Output(taskDefinition: shape, tags: ECSTags.shapes(tags.stored))
        }
    }
}
