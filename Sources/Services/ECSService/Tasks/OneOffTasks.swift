internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

/// What RunTask and StartTask have in common: tasks of one definition that belong to no service.
struct OneOffTasks: Sendable {
    let cluster: String
    let taskDefinition: String
    var launchType: ECS.LaunchType?
    var strategy: [ECS.CapacityProviderStrategyItem]?
    var platformVersion: String?
    var clientToken: String?
    let overrides: ECS.TaskOverride?
    let network: ECS.NetworkConfiguration?
    let startedBy: String?
    let group: String?
    let enableExecuteCommand: Bool
    let propagateTags: ECS.PropagateTags?
    let managedTags: Bool
    let tags: [ECS.Tag]?
    var referenceId: String?
    private let hasVolumes: Bool

    init(_ input: ECS.RunTask.Input) {
        self.cluster = ECSNames.cluster(input.cluster)
        self.taskDefinition = input.taskDefinition
        self.launchType = input.launchType
        self.strategy = input.capacityProviderStrategy
        self.platformVersion = input.platformVersion
        self.clientToken = input.clientToken
        self.referenceId = input.referenceId
        self.overrides = input.overrides
        self.network = input.networkConfiguration
        self.startedBy = input.startedBy
        self.group = input.group
        self.enableExecuteCommand = input.enableExecuteCommand ?? false
        self.propagateTags = input.propagateTags
        self.managedTags = input.enableECSManagedTags ?? false
        self.tags = input.tags
        self.hasVolumes = input.volumeConfigurations?.isEmpty == false
    }

    /// On a container instance: never Fargate.
    init(_ input: ECS.StartTask.Input) {
        self.cluster = ECSNames.cluster(input.cluster)
        self.taskDefinition = input.taskDefinition
        self.launchType = .ec2
        self.overrides = input.overrides
        self.network = input.networkConfiguration
        self.startedBy = input.startedBy
        self.group = input.group
        self.enableExecuteCommand = input.enableExecuteCommand ?? false
        self.propagateTags = input.propagateTags
        self.managedTags = input.enableECSManagedTags ?? false
        self.tags = input.tags
        self.hasVolumes = input.volumeConfigurations?.isEmpty == false
    }

    /// - Throws: `InvalidParameterException` naming a member that is wrong by itself.
    func check() throws {
        guard !self.hasVolumes else {
            throw ECS.Errors.invalidParameterException("volumeConfigurations is not supported by Teal")
        }
        guard self.propagateTags != .service else {
            throw ECS.Errors.invalidParameterException(
                "propagateTags SERVICE is not valid for RunTask; use TASK_DEFINITION.")
        }
        guard (self.startedBy ?? "").count <= 128 else {
            throw ECS.Errors.invalidParameterException("startedBy can have at most 128 characters.")
        }
        guard (self.startedBy ?? "").allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_/".contains($0)) })
        else {
            throw ECS.Errors.invalidParameterException(
                "startedBy can have letters, numbers, hyphens, forward slashes and underscores only.")
        }
        guard (self.referenceId ?? "").count <= 1024 else {
            throw ECS.Errors.invalidParameterException("referenceId can have at most 1024 characters.")
        }
        guard (self.group ?? "").count <= 255 else {
            throw ECS.Errors.invalidParameterException("group can have at most 255 characters.")
        }
        if let overrides {
            let length = StoredShape.encode(overrides).count
            guard length <= 8192 else {
                throw ECS.Errors.invalidParameterException(
                    "overrides can have at most 8192 characters of JSON, not \(length).")
            }
        }
    }

    /// - Throws: where cluster or definition is not there, or the two do not go with the rest of the call.
    func blueprint(
        _ snapshot: StoreSnapshot, in scope: Scope, _ environment: TaskEnvironment,
        constraints: [ECS.PlacementConstraint]? = nil, strategies: [ECS.PlacementStrategy]? = nil
    ) throws -> (blueprint: TaskBlueprint, providers: CapacityProviderTurns) {
        let cluster = try snapshot.requireCluster(self.cluster, in: scope)
        let definition = try snapshot.requireActiveTaskDefinition(self.taskDefinition, in: scope)
        let placement = try snapshot.placement(launchType: self.launchType, strategy: self.strategy, in: cluster)
        try placement.check(definition)
        try NetworkRules.check(self.network, with: definition, isFargate: placement.isFargate)
        try PlacementRules.check(constraints, strategies, isFargate: placement.isFargate)
        try self.checkOverrides(definition)
        var blueprint = TaskBlueprint(
            definition: definition, cluster: self.cluster, scope: scope, taskEnvironment: environment)
        blueprint.overrides = self.overrides ?? ECS.TaskOverride()
        blueprint.launchType = placement.launchType
        blueprint.platformVersion = try placement.platformVersion(self.platformVersion)
        blueprint.network = self.network
        blueprint.enableExecuteCommand = self.enableExecuteCommand
        return (blueprint, CapacityProviderTurns(placement.strategy ?? []))
    }

    private func checkOverrides(_ definition: ECS.TaskDefinition) throws {
        guard self.overrides?.inferenceAcceleratorOverrides?.isEmpty != false else {
            throw ECS.Errors.invalidParameterException("inferenceAcceleratorOverrides is not supported by Teal")
        }
        if let size = self.overrides?.ephemeralStorage?.sizeInGiB, !(21...200).contains(size) {
            throw ECS.Errors.invalidParameterException(
                "ephemeralStorage.sizeInGiB must be between 21 and 200, not \(size)")
        }
        for override in self.overrides?.containerOverrides ?? [] {
            let name = override.name ?? ""
            guard definition.containerDefinitions?.contains(where: { $0.name == name }) == true else {
                throw ECS.Errors.invalidParameterException(
                    "Override for container named \(name) is not a container in the TaskDefinition.")
            }
            guard override.environmentFiles?.isEmpty != false else {
                throw ECS.Errors.invalidParameterException(
                    "environmentFiles of container \(name) is not supported by Teal")
            }
            guard override.resourceRequirements?.isEmpty != false else {
                throw ECS.Errors.invalidParameterException(
                    "resourceRequirements of container \(name) is not supported by Teal")
            }
        }
    }

    /// Records `count` tasks.
    func start(
        _ count: Int, _ blueprint: TaskBlueprint, _ providers: CapacityProviderTurns, _ transaction: StoreTransaction,
        in scope: Scope, at now: Timestamp
    ) throws -> [ECS.Task] {
        let own = try ECSTags(self.tags).stored
        let propagated = try PropagatedTags(
            source: self.propagateTags, managed: self.managedTags,
            definition: blueprint.definition.taskDefinitionArn ?? "", cluster: self.cluster, service: nil
        ).tags(transaction, in: scope)
        var (blueprint, providers) = (blueprint, providers)
        return try (0..<count).map { _ in
            blueprint.place(with: providers.next())
            let task = try blueprint.task(
                group: self.group ?? "family:\(blueprint.definition.family ?? "")", service: nil, revision: nil,
                startedBy: self.startedBy, clientToken: self.clientToken, at: now)
            try transaction.save(task)
            try transaction.addECSTags(propagated + own, to: scope.taskARN(task.id, cluster: self.cluster))
            return try transaction.described(task, tags: true, in: scope)
        }
    }
}
