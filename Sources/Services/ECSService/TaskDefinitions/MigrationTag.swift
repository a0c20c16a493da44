internal import DeploymentEngine
internal import ECSAPI
internal import Store

/// The tag `teal:migrate` of a task definition.
enum MigrationTag {
    /// - Throws: `ClientException` that names the format, or why the container cannot be the one.
    static func check(_ tags: ECSTags, _ containers: [ECS.ContainerDefinition]) throws {
        guard let migration = try MigrationTask(tags.stored) else { return }
        guard let container = containers.first(where: { $0.name == migration.container }) else {
            throw Self.refusal(migration, "is not a container of the task definition")
        }
        // Its end must be the end of the task.
        guard container.essential ?? true else { throw Self.refusal(migration, "is not essential") }
        guard container.restartPolicy?.enabled != true else { throw Self.refusal(migration, "has a restart policy") }
    }

    private static func refusal(_ migration: MigrationTask, _ reason: String) -> any Error {
        ECS.Errors.clientException("\(MigrationTagError("container '\(migration.container)' \(reason)"))")
    }
}

extension MigrationTask {
    /// What a task definition's tags ask for; `nil` where they ask for none.
    /// - Throws: `ClientException`.
    init?(_ tags: [ResourceTag]) throws {
        guard let tag = tags.first(where: { $0.key == MigrationTask.tag }) else { return nil }
        do {
            try self.init(parsing: tag.value)
        } catch {
            throw ECS.Errors.clientException("\(error)")
        }
    }
}

extension StoreSnapshot {
    func migration(of taskDefinition: String?) throws -> MigrationTask? {
        try taskDefinition.flatMap { try MigrationTask(try self.ecsTags(of: $0)) }
    }
}
