internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension StoreSnapshot {
    /// Finds `family` (its latest ACTIVE revision), `family:revision` or an ARN.
    func taskDefinition(_ text: String, in scope: Scope) throws -> StoredTaskDefinition? {
        var name = Substring(text)
        if let arn = ARN(text) {
            guard arn.service == "ecs", arn.resource.hasPrefix("task-definition/") else { return nil }
            name = Substring(arn.resource.dropFirst("task-definition/".count))
        }
        let parts = name.split(separator: ":")
        guard let family = parts.first else { return nil }
        guard parts.count > 1 else {
            return try self.latestActiveTaskDefinition(family: String(family), region: scope.region)
        }
        guard parts.count == 2, let revision = Int(parts[1]) else { return nil }
        return try self.taskDefinition(family: String(family), revision: revision, region: scope.region)
    }

    /// A task definition that tasks may be started from.
    /// - Throws: `ClientException`.
    func requireActiveTaskDefinition(_ text: String, in scope: Scope) throws -> ECS.TaskDefinition {
        guard let stored = try self.taskDefinition(text, in: scope) else {
            throw ECS.Errors.clientException("TaskDefinition not found.")
        }
        guard stored.status == .active else { throw ECS.Errors.clientException("TaskDefinition is inactive") }
        return try stored.shape
    }
}

extension StoredTaskDefinition {
    var shape: ECS.TaskDefinition {
        get throws {
            var shape = try StoredShape.decode(ECS.TaskDefinition.self, from: self.body)
            shape.status = ECS.TaskDefinitionStatus(rawValue: self.status.rawValue)
            return shape
        }
    }
}
